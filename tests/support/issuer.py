"""A small issuer of OpenID Connect, which says what a test wants it to."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from localmessages.gateways.identity import Issuer

REALM = "/realms/acme"
URL = f"https://issuer.example{REALM}"
CLIENT, SECRET = "localmessages", "between us and the issuer"
_RSA = [rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2)]
_EC = ec.generate_private_key(ec.SECP256R1())


@dataclass
class SmallIssuer:
    """Asks nobody anything: whoever comes is `claims["email"]`."""

    url: str = URL
    claims: dict[str, Any] = field(
        default_factory=lambda: {"email": "ann@acme.example", "email_verified": True}
    )
    """What its tokens say besides, or instead of, the usual; None leaves a claim out."""
    user_info: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    """The same for what it says of itself."""
    algorithm: str = "RS256"
    key: Any = _RSA[0]
    key_name: str | None = "first"
    published: dict[str, Any] = field(default_factory=lambda: {"first": _RSA[0]})
    wraps: Any = None
    """Makes of a token what is sent instead."""
    is_down: bool = False
    asked: list[str] = field(default_factory=list)
    """The paths that were asked for."""
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def issuer(self) -> Issuer:
        return Issuer("acme-id", "Acme ID", self.url, CLIENT, SECRET)

    @property
    def app(self) -> Starlette:
        """It, as an application."""
        routes = [
            Route(f"{REALM}/.well-known/openid-configuration", self._discovery),
            Route(f"{REALM}/keys", self._keys),
            Route(f"{REALM}/authorize", self._authorize),
            Route(f"{REALM}/token", self._token, methods=["POST"]),
            Route(f"{REALM}/me", self._me),
        ]
        return Starlette(routes=routes)

    @property
    def client(self) -> httpx.AsyncClient:
        """Reaches it, and nothing else."""
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app))

    def rotates(self) -> None:
        """Sign with a new key from now on, and publish it alone."""
        self.key, self.key_name = _RSA[1], "second"
        self.published = {"second": _RSA[1]}

    def signs_with_a_curve(self) -> None:
        """Sign as some do."""
        self.key, self.key_name, self.algorithm = _EC, "curve", "ES256"
        self.published = {"first": _RSA[0], "curve": _EC}

    async def _discovery(self, request: Request) -> Response:
        self.asked.append(request.url.path)
        if self.is_down:
            return Response("Gone fishing.", 503)
        said = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "userinfo_endpoint": f"{self.url}/me",
        }
        return JSONResponse(said | self.metadata)

    async def _keys(self, request: Request) -> Response:
        self.asked.append(request.url.path)
        keys: list[dict[str, Any]] = [{"kty": "OKP-of-tomorrow", "kid": "unknown"}]
        for name, key in self.published.items():
            kind = ECAlgorithm if key is _EC else RSAAlgorithm
            keys.append({**kind.to_jwk(key.public_key(), as_dict=True), "kid": name, "use": "sig"})
        return JSONResponse({"keys": keys})

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(8)
        self._codes[code] = asked
        sent = {"code": code, "state": asked["state"], "iss": self.url}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode(sent)}", 302)

    async def _token(self, request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        asked = self._codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        is_right = (
            asked is not None
            and challenge == asked["code_challenge"]
            and form["redirect_uri"] == asked["redirect_uri"]
            and self._is_client(request, form)
        )
        if asked is None or not is_right:
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse(
            {"access_token": "for me", "token_type": "Bearer", "id_token": self._id_token(asked["nonce"])}
        )

    def _is_client(self, request: Request, form: dict[str, str]) -> bool:
        if self.metadata.get("token_endpoint_auth_methods_supported") == ["client_secret_post"]:
            return (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)
        said = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        return request.headers.get("authorization") == f"Basic {said}"

    def _id_token(self, nonce: str) -> Any:
        now = int(time.time())
        usual = {"iss": self.url, "sub": "007", "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce}
        claims = {name: value for name, value in (usual | self.claims).items() if value is not None}
        headers = {} if self.key_name is None else {"kid": self.key_name}
        token = jwt.encode(claims, self.key, self.algorithm, headers)
        return token if self.wraps is None else self.wraps(token)

    async def _me(self, request: Request) -> Response:
        assert request.headers["authorization"] == "Bearer for me"
        return JSONResponse({"sub": "007"} | self.user_info)


async def come_back(client: httpx.AsyncClient, location: str) -> str:
    """What a browser does at the issuer; the path and query with which it is sent back."""
    answer = await client.get(location)
    assert answer.status_code == 302
    back = urlsplit(answer.headers["location"])
    return f"{back.path}?{back.query}"
