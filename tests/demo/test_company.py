import re
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from localmessages.auth import verify_password
from localmessages.demo.company import open_company
from localmessages.demo.dialogues import Step, dialogues, fill
from localmessages.demo.people import DOMAIN, PASSWORD, SIGN_INS, WORKERS
from localmessages.demo.places import CHILD, HEAD_OFFICE, SHOP_BY_ID, SHOPS
from localmessages.rules.access import Role
from localmessages.rules.consent import Keyword, keyword
from localmessages.rules.location import LocationKind
from localmessages.services import Services
from models.catalogue import Catalogue, load_catalogue
from tests.demo.conftest import NOW

FICTIONAL = re.compile(r"\+447700900\d{3}|\+1\d{3}55501\d{2}|\+618(5550|7010)\d{4}")


async def catalogue_of(services: Services) -> Catalogue:
    company = await open_company(services)
    async with services.database.connection() as connection:
        return await load_catalogue(connection, company.tenant_id)


async def test_twelve_stores_and_a_head_office_stand_in_two_accounts(services):
    catalogue = await catalogue_of(services)

    kinds = [place.kind for place in catalogue.places.values()]
    assert kinds.count(LocationKind.STORE) == 12
    assert kinds.count(LocationKind.HEAD_OFFICE) == 1
    child = next(account for account in catalogue.accounts.values() if account.external_id == CHILD)
    assert child.parent_id == catalogue.tenant_id
    assert {place.account_id for place in catalogue.places.values()} == {catalogue.tenant_id, child.id}


async def test_some_zones_are_half_an_hour_off(services):
    catalogue = await catalogue_of(services)

    offsets = [NOW.astimezone(ZoneInfo(place.zone)).utcoffset() for place in catalogue.places.values()]

    assert len(set(offsets)) > 5
    assert any(offset is not None and offset % timedelta(hours=1) for offset in offsets)


async def test_every_role_signs_in_where_it_belongs(services):
    catalogue = await catalogue_of(services)
    people = {person.email: person for person in catalogue.people.values()}

    assert {person.role for person in SIGN_INS} == set(Role)
    seen = {}
    for worker in SIGN_INS:
        viewer = catalogue.viewer(people[worker.email].id)
        assert viewer is not None
        seen[worker.id] = len(viewer.location_ids)
        assert any(viewer.may(worker.role, place) for place in viewer.location_ids)
    assert seen == {"owner": 13, "manager": 6, "store": 1, "agent": 2, "viewer": 13}


async def test_the_password_opens_five_doors_and_no_colleague_has_one(services):
    await open_company(services)

    async with services.database.connection() as connection:
        rows = await connection.fetch("SELECT email, password_hash FROM app_user")

    hashes = {row["email"]: row["password_hash"] for row in rows}
    assert len(hashes) == len(WORKERS)
    assert {email for email, stored in hashes.items() if stored} == {worker.email for worker in SIGN_INS}
    assert verify_password(hashes[SIGN_INS[0].email], PASSWORD)


async def test_the_company_is_made_once(services):
    first = await open_company(services)
    second = await open_company(services)

    assert first == second
    assert first.new


async def test_whoever_works_there_is_somewhere(services):
    catalogue = await catalogue_of(services)

    for place in catalogue.places.values():
        team = [
            person
            for person in catalogue.people.values()
            if (viewer := catalogue.viewer(person.id)) is not None and viewer.may(Role.AGENT, place.id)
        ]
        assert len(team) > 2, place.name


def test_numbers_and_addresses_are_nobodys():
    numbers = [number for shop in SHOPS for number in (shop.number, *shop.customers)]

    assert len(numbers) == len(set(numbers))
    assert [number for number in numbers if not FICTIONAL.fullmatch(number)] == []
    assert DOMAIN.endswith(".example")


def test_holidays_fall_on_their_days():
    assert SHOP_BY_ID["brooklyn"].holidays_around(date(2026, 1, 1))["2026-11-26"]["name"] == "Thanksgiving"
    assert "2026-12-26" in SHOP_BY_ID[HEAD_OFFICE].holidays_around(date(2026, 1, 1))


def test_there_is_enough_to_talk_about():
    topics = [dialogue.topic for dialogue in dialogues()]

    assert len(topics) == len(set(topics))
    assert len(topics) >= 40
    assert {turn.step for dialogue in dialogues() for turn in dialogue.turns} == set(Step)
    said = [turn.text for each in dialogues() for turn in each.turns if turn.step is Step.CUSTOMER]
    assert {Keyword.OPT_OUT, Keyword.HELP} <= {keyword(text, opted_out=False) for text in said}


@pytest.mark.parametrize("first", ["Ada", None])
def test_every_dialogue_is_filled_in_without_a_gap(first):
    for dialogue in dialogues():
        for turn in dialogue.turns:
            names = {"agent": "Tom", "store": "Kew", "cur": "£", "day": "Friday", "link": "https://a.example"}
            text = fill(turn.text, first=first, **names)
            assert "{" not in text, (dialogue.topic, text)
            assert text == text.strip()
            assert "  " not in text
