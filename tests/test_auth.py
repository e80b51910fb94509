from datetime import UTC, datetime, timedelta
from uuid import uuid4

import jwt
import pytest

from localmessages.auth import (
    BadToken,
    Refresh,
    hash_password,
    is_signed,
    issue_code_token,
    issue_refresh,
    issue_token,
    read_code_token,
    read_refresh,
    read_token,
    sign,
    verify_password,
)

SECRET = "a secret of more than thirty-two characters"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_a_token_names_who_asks_until_it_ends():
    tenant, user = uuid4(), uuid4()
    token, ends = issue_token(SECRET, tenant, user, now=NOW, lasts=timedelta(minutes=5))

    bearer = read_token(SECRET, token, now=NOW + timedelta(minutes=4, seconds=59))

    assert (bearer.tenant_id, bearer.user_id) == (tenant, user)
    assert bearer.expires_at == ends == NOW + timedelta(minutes=5)


def test_an_ended_token_lets_nobody_in():
    token, ends = issue_token(SECRET, uuid4(), uuid4(), now=NOW)

    with pytest.raises(BadToken, match="expired"):
        read_token(SECRET, token, now=ends)


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"sub": "me", "tenant": "us", "exp": 1e11},
        {"sub": str(uuid4()), "tenant": str(uuid4())},
        {"sub": str(uuid4()), "tenant": str(uuid4()), "exp": "soon"},
        {"sub": str(uuid4()), "tenant": str(uuid4()), "exp": 10**30},
        {"sub": str(uuid4()), "tenant": 7, "exp": 1e11},
    ],
)
def test_claims_of_another_shape_let_nobody_in(claims):
    with pytest.raises(BadToken):
        read_token(SECRET, jwt.encode(claims, SECRET, "HS256"), now=NOW)


@pytest.mark.parametrize("how", ["another secret", "no signature", "another algorithm", "garbage"])
def test_a_token_that_is_not_ours_lets_nobody_in(how):
    claims = {"sub": str(uuid4()), "tenant": str(uuid4()), "exp": 10**10}
    token = {
        "another secret": jwt.encode(claims, SECRET[::-1], "HS256"),
        "no signature": jwt.encode(claims, "", "none"),
        "another algorithm": jwt.encode(claims, SECRET * 2, "HS512"),
        "garbage": "a.b.c",
    }[how]

    with pytest.raises(BadToken):
        read_token(SECRET, token, now=NOW)


def test_a_password_is_known_by_its_hash_alone():
    stored = hash_password("correct horse battery")

    assert "horse" not in stored
    assert verify_password(stored, "correct horse battery")
    assert not verify_password(stored, "incorrect horse battery")


@pytest.mark.parametrize("stored", [None, "", "no hash at all"])
def test_who_has_no_password_cannot_sign_in(stored):
    assert not verify_password(stored, "nobody has this password")


def test_a_signature_is_of_one_text_and_secret():
    signature = sign(SECRET, "/media/1")

    assert is_signed(SECRET, "/media/1", signature)
    assert not is_signed(SECRET, "/media/2", signature)
    assert not is_signed(SECRET[::-1], "/media/1", signature)


def test_each_kind_of_token_passes_for_no_other():
    tenant, user, session = uuid4(), uuid4(), uuid4()
    access, _ = issue_token(SECRET, tenant, user, now=NOW, session_id=session)
    refresh = issue_refresh(SECRET, Refresh(tenant, session, 3))
    code = issue_code_token(SECRET, tenant, user, now=NOW)

    assert read_token(SECRET, access, now=NOW).session_id == session
    assert read_refresh(SECRET, refresh) == Refresh(tenant, session, 3)
    assert read_code_token(SECRET, code, now=NOW) == (tenant, user)
    for read, others in (
        (lambda token: read_token(SECRET, token, now=NOW), (refresh, code)),
        (lambda token: read_refresh(SECRET, token), (access, code)),
        (lambda token: read_code_token(SECRET, token, now=NOW), (access, refresh)),
    ):
        for other in others:
            with pytest.raises(BadToken):
                read(other)


def test_the_time_for_a_code_is_short():
    token = issue_code_token(SECRET, uuid4(), uuid4(), now=NOW)

    read_code_token(SECRET, token, now=NOW + timedelta(minutes=4, seconds=59))
    with pytest.raises(BadToken, match="expired"):
        read_code_token(SECRET, token, now=NOW + timedelta(minutes=5))
