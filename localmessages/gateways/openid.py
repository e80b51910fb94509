"""OpenID Connect: any issuer, by its discovery document and keys; authorization code with PKCE."""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from time import monotonic
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import jwt

from localmessages.gateways.identity import IdentityRefused, IdentityUnavailable, Issuer, Journey
from localmessages.rules.mail import is_address

# Signed with a key of the issuer's, never with one that we share, nor with none.
ALGORITHMS = frozenset(
    ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
)
SCOPE = "openid email profile"
# Clocks differ.
LEEWAY_SECONDS = 60
_METADATA_SECONDS = 3600.0
# An unknown key is looked for once in so long: whoever sends made-up ones makes us ask no more.
_KEYS_SECONDS = 10.0
_TIMEOUT_SECONDS = 10.0


@dataclass(slots=True)
class _Known:
    """What an issuer has said of itself, and when."""

    content: dict[str, Any]
    at: float


class OpenIdProvider:
    """One issuer. It is asked for what it says of itself when somebody wants to sign in."""

    def __init__(self, issuer: Issuer, client: httpx.AsyncClient) -> None:
        self.issuer = issuer
        self._client = client
        self._metadata: _Known | None = None
        self._keys: _Known | None = None

    async def examine(self) -> None:
        """Raise `IdentityUnavailable` unless it says of itself everything that a sign-in needs."""
        metadata = await self._discovered()
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            self._endpoint(metadata, name)

    async def leave(self, journey: Journey, back_to: str) -> str:
        """The address at the issuer to which the browser goes."""
        endpoint = self._endpoint(await self._discovered(), "authorization_endpoint")
        digest = hashlib.sha256(journey.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self.issuer.client_id,
            "redirect_uri": back_to,
            "scope": SCOPE,
            "state": journey.state,
            "nonce": journey.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(asked)}"

    async def arrive(self, journey: Journey, back_to: str, code: str) -> str:
        """The verified address of whoever the issuer sent back with `code`."""
        metadata = await self._discovered()
        tokens = await self._exchange(metadata, code, journey.verifier, back_to)
        claims = await self._claims(metadata, tokens.get("id_token"))
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), journey.nonce.encode()):
            raise IdentityRefused("The token was made for another sign-in.")
        if "email" not in claims:
            claims |= await self._user_info(metadata, tokens, claims["sub"])
        return self._address(claims)

    def _address(self, claims: dict[str, Any]) -> str:
        email = claims.get("email")
        # In ASCII: letters that only look like others, or become them, are nobody's here.
        if not isinstance(email, str) or not is_address(email):
            raise IdentityRefused("The provider tells no mail address.")
        # Some write it as a text.
        if claims.get("email_verified") not in (True, "true"):
            raise IdentityRefused("The provider has not verified the mail address.")
        if not self.issuer.speaks_for(email):
            raise IdentityRefused("The provider does not speak for addresses of this domain.")
        return email

    async def _exchange(
        self, metadata: dict[str, Any], code: str, verifier: str, back_to: str
    ) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back_to,
            "code_verifier": verifier,
        }
        auth = None
        methods = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if self.issuer.client_secret and "client_secret_basic" in methods:
            auth = httpx.BasicAuth(self.issuer.client_id, self.issuer.client_secret)
        else:
            form["client_id"] = self.issuer.client_id
            if self.issuer.client_secret:
                form["client_secret"] = self.issuer.client_secret
        request = self._client.build_request(
            "POST", self._endpoint(metadata, "token_endpoint"), data=form, timeout=_TIMEOUT_SECONDS
        )
        answer = await self._send(request, auth)
        if answer.status_code in (400, 401, 403):
            raise IdentityRefused(f"The provider does not take the code: {answer.status_code}.")
        return _document(answer)

    async def _claims(self, metadata: dict[str, Any], token: Any) -> dict[str, Any]:
        """What an ID token says, once everything about it is right (OpenID Connect Core 3.1.3.7)."""
        try:
            header = jwt.get_unverified_header(token)
            algorithm = header.get("alg")
            if algorithm not in ALGORITHMS:
                raise IdentityRefused("The token is not signed with a key of the provider.")
            claims: dict[str, Any] = jwt.decode(
                token,
                await self._key(metadata, header.get("kid"), algorithm),
                [algorithm],
                audience=self.issuer.client_id,
                issuer=metadata["issuer"],
                leeway=LEEWAY_SECONDS,
                options={"require": ["iss", "sub", "aud", "exp", "iat"]},
            )
        except (jwt.InvalidTokenError, jwt.PyJWKError, TypeError) as error:
            raise IdentityRefused(f"The token is not good: {type(error).__name__}.") from error
        is_shared = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (is_shared or "azp" in claims) and claims.get("azp") != self.issuer.client_id:
            raise IdentityRefused("The token was made for another client.")
        return claims

    async def _key(self, metadata: dict[str, Any], name: str | None, algorithm: str) -> jwt.PyJWK:
        """The key of that name; keys change, so an unknown one is looked for anew."""
        found = None if self._keys is None else _key_in(self._keys.content, name, algorithm)
        if found is None and (self._keys is None or monotonic() - self._keys.at > _KEYS_SECONDS):
            content = await self._get(self._endpoint(metadata, "jwks_uri"))
            self._keys = _Known(content, monotonic())
            found = _key_in(content, name, algorithm)
        if found is None:
            raise IdentityRefused("The token is signed with a key that the provider does not have.")
        return found

    async def _user_info(
        self, metadata: dict[str, Any], tokens: dict[str, Any], subject: str
    ) -> dict[str, Any]:
        """What the provider tells of the person besides the token, about the same person."""
        request = self._client.build_request(
            "GET",
            self._endpoint(metadata, "userinfo_endpoint"),
            headers={"authorization": f"Bearer {tokens.get('access_token')}"},
            timeout=_TIMEOUT_SECONDS,
        )
        told = _document(await self._send(request))
        if told.get("sub") != subject:
            raise IdentityRefused("The provider tells of somebody else.")
        return {name: told[name] for name in ("email", "email_verified") if name in told}

    async def _discovered(self) -> dict[str, Any]:
        if self._metadata is None or monotonic() - self._metadata.at > _METADATA_SECONDS:
            content = await self._get(f"{self.issuer.url.rstrip('/')}/.well-known/openid-configuration")
            if content.get("issuer") != self.issuer.url:
                raise IdentityUnavailable(f"The provider calls itself {content.get('issuer')!r}.")
            self._metadata = _Known(content, monotonic())
        return self._metadata.content

    def _endpoint(self, metadata: dict[str, Any], name: str) -> str:
        url = metadata.get(name)
        # Nobody who listens in between learns a code or hands us keys.
        if not isinstance(url, str) or urlsplit(url).scheme != urlsplit(self.issuer.url).scheme:
            raise IdentityUnavailable(f"The provider has no good {name}.")
        return url

    async def _get(self, url: str) -> dict[str, Any]:
        return _document(await self._send(self._client.build_request("GET", url, timeout=_TIMEOUT_SECONDS)))

    async def _send(self, request: httpx.Request, auth: httpx.Auth | None = None) -> httpx.Response:
        try:
            return await self._client.send(request, auth=auth, follow_redirects=False)
        except httpx.HTTPError as error:
            raise IdentityUnavailable(f"{request.url.host}: {error!r}") from error


def _document(answer: httpx.Response) -> dict[str, Any]:
    if answer.status_code != httpx.codes.OK:
        raise IdentityUnavailable(f"{answer.request.url.path} answers {answer.status_code}.")
    try:
        content = answer.json()
    except ValueError as error:
        raise IdentityUnavailable(f"{answer.request.url.path} answers no JSON.") from error
    if not isinstance(content, dict):
        raise IdentityUnavailable(f"{answer.request.url.path} answers no object.")
    return content


def _key_in(keys: dict[str, Any], name: str | None, algorithm: str) -> jwt.PyJWK | None:
    """The key of that name; without one the only key that can have signed it."""
    fitting = []
    for written in keys.get("keys") or ():
        if not isinstance(written, dict) or written.get("use", "sig") != "sig":
            continue
        if written.get("alg", algorithm) != algorithm or (name is not None and written.get("kid") != name):
            continue
        try:
            fitting.append(jwt.PyJWK(written, algorithm))
        except (jwt.PyJWKError, jwt.InvalidKeyError, ValueError):
            # A key of a kind that we do not know is somebody else's business.
            continue
    return fitting[0] if len(fitting) == 1 else None
