import pytest

from localmessages.auth import hash_password, read_token
from tests.support.company import SECRET, Company

PASSWORD = "correct horse battery staple"
SIGNED_IN = "viewer { user { name } account { name } } accessToken { token expiresAt } secondFactorToken"


@pytest.fixture
async def town(town: Company) -> Company:
    await town.fetch("UPDATE app_user SET password_hash = $1 WHERE name = 'Ann'", hash_password(PASSWORD))
    return town


async def test_who_signs_in_gets_a_token_that_lets_them_in(town: Company) -> None:
    payload = await town.do(None, "signIn", SIGNED_IN, email="ANN@acme.example", password=PASSWORD)

    assert payload["userErrors"] == []
    assert payload["viewer"] == {"user": {"name": "Ann"}, "account": {"name": "Acme"}}
    assert payload["secondFactorToken"] is None
    bearer = read_token(SECRET, payload["accessToken"]["token"], now=town.clock())
    assert (bearer.tenant_id, bearer.user_id) == (town.tenant_id, town.ids["Ann"])


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ann@acme.example", "wrong"),
        ("ann@acme.example", ""),
        ("nobody@acme.example", PASSWORD),
        ("bob@acme.example", PASSWORD),
    ],
)
async def test_a_wrong_password_and_an_unknown_address_read_the_same(
    town: Company, email: str, password: str
) -> None:
    error = await town.refusal(None, "signIn", email=email, password=password)

    assert (error["code"], error["field"]) == ("INVALID_CREDENTIALS", None)
    assert error["message"] == "E-mail address and password do not match."


@pytest.mark.parametrize("status", ["FORMER", "INVITED"])
async def test_who_has_left_or_not_come_yet_does_not_get_in(town: Company, status: str) -> None:
    await town.fetch("UPDATE app_user SET status = $1 WHERE name = 'Ann'", status)

    error = await town.refusal(None, "signIn", email="ann@acme.example", password=PASSWORD)

    assert error["code"] == "INVALID_CREDENTIALS"


async def test_what_follows_a_sign_in_in_its_operation_is_done_by_that_person(town: Company) -> None:
    talk = town.id("Conversation", await town.conversation())

    answer = await town.answer(
        None,
        """
        mutation ($in: SignInInput!, $note: AddNoteInput!) {
            signIn(input: $in) { viewer { user { name } } }
            addNote(input: $note) { note { by { name } } }
        }
        """,
        **{"in": {"email": "ann@acme.example", "password": PASSWORD}},
        note={"conversationId": talk, "body": "Hello"},
    )

    assert answer["data"]["addNote"] == {"note": {"by": {"name": "Ann"}}}
