"""One conversation with everything that can be in it, in a random town."""

from datetime import timedelta
from decimal import Decimal

from tests.support.random_town import NOON, RandomTown, Row, add_message, add_transfer, key

TEXTS = 25
TELLER = "+12125559999"
BEGAN = NOON - timedelta(hours=1)


def story_in(town: RandomTown) -> Row:
    """The conversation that `tell_story` tells."""
    contact = next(row["id"] for row in town["contact"] if row["phone"] == TELLER)
    return next(row for row in town["conversation"] if row["contact_id"] == contact)


def tell_story(town: RandomTown) -> None:
    """A contact of its own, talked to at Place 3 and moved to Place 0; every text has what one can have."""
    contact = town.add(
        "contact", id=key(), phone=TELLER, first_name="Story", last_name="Teller", created_at=BEGAN
    )
    here, there = town.location_named("Place 0"), town.location_named("Place 3")
    owner = town.user("Olga")
    talk = town.add(
        "conversation",
        id=key(),
        location_id=here,
        contact_id=contact["id"],
        status="OPEN",
        version=60,
        created_at=BEGAN,
        last_activity_at=NOON,
        entry_count=5,
        active=True,
        answered=True,
    )
    for n in range(TEXTS):
        _text(town, talk, contact, n)
    talk["last_message_id"] = town["message"][-1]["id"]
    town.add(
        "note", id=key(), conversation_id=talk["id"], at=BEGAN, by_user_id=owner, body="Regular.", version=1
    )
    moved = add_transfer(town, talk, there, NOON - timedelta(minutes=5), note="Yours, please.")
    moved["notice_id"] = town["message"][-1]["id"]
    moved["version"] = 59
    tag = town["tag"][0]["id"]
    for n, change in enumerate(
        ({"kind": "TAGGED", "tag_id": tag}, {"kind": "ASSIGNED", "assignee_id": owner})
    ):
        town.add(
            "conversation_change",
            id=key(),
            conversation_id=talk["id"],
            at=NOON,
            by_user_id=owner,
            version=60 + n,
            **change,
        )
    town.add(
        "consent_change",
        id=key(),
        contact_id=contact["id"],
        conversation_id=talk["id"],
        location_id=there,
        at=BEGAN + timedelta(minutes=1),
        state="OPTED_OUT",
        method="KEYWORD",
        texted="Stop please",
        number="+13125551003",
        message_id=town["message"][-2]["id"],
        cause="CAMPAIGN",
        cause_message_id=town["message"][-3]["id"],
        cause_campaign_id=town["campaign"][0]["id"],
        cause_payment_id=town["payment_request"][-1]["id"],
        version=2,
    )
    _one_that_left(town)


def _one_that_left(town: RandomTown) -> None:
    """A contact texted Place 1, and went on to Place 2."""
    contact = town.add("contact", id=key(), phone="+12125558888", created_at=BEGAN)
    talk = town.add(
        "conversation",
        id=key(),
        location_id=town.location_named("Place 2"),
        contact_id=contact["id"],
        status="OPEN",
        version=2,
        created_at=BEGAN,
        last_activity_at=BEGAN,
    )
    left = town.location_named("Place 1")
    add_transfer(town, talk, left, BEGAN)
    add_message(town, talk, location_id=left, at=BEGAN, body="Anybody there?")


def _text(town: RandomTown, talk: Row, contact: Row, n: int) -> None:
    there = town.location_named("Place 3")
    invoice = f"INV-{n}"
    payment = town.add(
        "payment_request",
        id=key(),
        invoice=invoice,
        amount=Decimal("19.9"),
        currency="USD",
        contact_id=contact["id"],
        location_id=there,
        status="PAID",
        paid_at=NOON,
        paid_amount=Decimal("19.9"),
        card_type="VISA",
        created_at=BEGAN,
    )
    town.add(
        "payment_event", id=key(), payment_request_id=payment["id"], invoice=invoice, at=NOON, kind="PAID"
    )
    message = add_message(
        town,
        talk,
        location_id=there,
        at=BEGAN + timedelta(minutes=n),
        direction="OUTBOUND",
        origin="CAMPAIGN",
        campaign_id=town["campaign"][0]["id"],
        agent_id=town.user("Olga"),
        payment_request_id=payment["id"],
        body=f"Please pay {n}",
        status="FAILED" if n == 0 else "DELIVERED",
        failure_code="30005" if n == 0 else None,
        external_id=f"SM{town.tenant_id}{n}",
        version=n + 3,
    )
    link = town.add(
        "tracked_link",
        id=key(),
        message_id=message["id"],
        slug=f"{town.tenant_id}-{n}",
        url="https://pay.example/now",
        clicks=1,
    )
    town.add("link_click", id=key(), link_id=link["id"], at=NOON, bot=False, user_agent="Phone")
    town.add(
        "media",
        id=key(),
        message_id=message["id"],
        filename="bill.png",
        content_type="image/png",
        bytes=100,
        storage_key=f"{n}",
        thumbnail_key=f"{n}-small",
    )
    town.add("message_status", id=key(), message_id=message["id"], at=NOON, status="SENT", applied=True)
