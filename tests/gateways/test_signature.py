from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localmessages.gateways.signature import TOLERANCE, BadSignature, sign_webhook, verify_webhook

NOW = datetime(2026, 9, 14, 14, 0, tzinfo=UTC)
BODY = b'{"amount": 5000}'


def test_a_signature_is_what_others_compute_too():
    # printf '1789394400.{"amount": 5000}' | openssl dgst -sha256 -hmac secret
    signature = "227579ef8e37ca80ff7965769852e4d77b4ad553791db1b664a4d8949472e623"

    assert sign_webhook("secret", BODY, NOW) == f"t=1789394400,v1={signature}"


@given(st.text(max_size=20), st.binary(max_size=50))
def test_what_is_signed_is_verified_with_any_secret_among_several(secret: str, body: bytes):
    verify_webhook(["another", secret], sign_webhook(secret, body, NOW), body, NOW)


def test_a_provider_that_rotates_signs_with_both_secrets():
    old, new = sign_webhook("old", BODY, NOW), sign_webhook("new", BODY, NOW)
    both = f"{old}, {new.split(',')[1]}"

    for secret in ("old", "new"):
        verify_webhook([secret], both, BODY, NOW)


@given(st.text(max_size=60) | st.none())
def test_no_other_header_is_taken_and_none_breaks_it(header: str | None):
    with pytest.raises(BadSignature):
        verify_webhook(["secret"], header, BODY, NOW)


@given(st.integers(0, 63), st.sampled_from("0123456789abcdefABCDEFxé"))
def test_no_letter_of_it_may_be_another(place: int, letter: str):
    header, _, signature = sign_webhook("secret", BODY, NOW).rpartition("=")
    changed = signature[:place] + letter + signature[place + 1 :]
    if changed == signature:
        return

    with pytest.raises(BadSignature):
        verify_webhook(["secret"], f"{header}={changed}", BODY, NOW)


def test_without_a_secret_nothing_is_verified():
    with pytest.raises(BadSignature):
        verify_webhook([], sign_webhook("", BODY, NOW), BODY, NOW)


@pytest.mark.parametrize("away", [-1, 1])
def test_it_holds_for_a_while_only(away: int):
    header = sign_webhook("secret", BODY, NOW)
    verify_webhook(["secret"], header, BODY, NOW + away * TOLERANCE)

    with pytest.raises(BadSignature):
        verify_webhook(["secret"], header, BODY, NOW + away * (TOLERANCE + timedelta(seconds=1)))
