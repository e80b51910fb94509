"""Links in texts that people send: what goes out, what it costs, and what the API tells of it."""

from typing import Any

import pytest

from localmessages.actions.clicks import Visit, visit_link
from localmessages.rules.segments import measure
from tests.support.company import CUSTOMER, Company
from tests.support.consistency import unstamped_links

LONG = f"https://shop.example/{'o' * 150}"
DOMAIN = "go.acme.example"
SENT = "message { id body segments encoding links { url shortUrl clicked clicks botClicks firstClickedAt } }"
PREVIEW = """
query ($body: String!, $id: ID) {
  messagePreview(body: $body, conversationId: $id) { body segments length remaining encoding }
}
"""
TRANSFER_PREVIEW = """
query ($id: ID!, $to: ID!, $notice: String) {
  conversation(id: $id) { transferPreview(to: $to, notice: $notice) { notice { body segments } } }
}
"""


async def links_domain(town: Company, domain: str | None, place: str = "Store A") -> None:
    payload = await town.do(
        "Olive", "updateLocation", "__typename", locationId=town.id("Location", place), linkDomain=domain
    )
    assert payload["userErrors"] == []


async def send(town: Company, body: str) -> Any:
    talk = town.id("Conversation", await town.conversation())
    payload = await town.do("Ann", "sendMessage", SENT, conversationId=talk, body=body)
    assert payload["userErrors"] == []
    return payload["message"]


async def test_a_reply_goes_out_with_short_links_and_is_measured_so(town: Company) -> None:
    message = await send(town, f"Order: {LONG}. Help: (http://help.example)")

    first, second = message["links"]
    assert [first["url"], second["url"]] == [LONG, "http://help.example"]
    assert message["body"] == f"Order: {first['shortUrl']}. Help: ({second['shortUrl']})"
    assert first["shortUrl"].startswith(f"{town.services.public_url}/l/")
    assert (message["segments"], measure(f"Order: {LONG}.").segments) == (1, 2)
    assert (first["clicked"], first["clicks"], first["botClicks"], first["firstClickedAt"]) == (
        False,
        0,
        0,
        None,
    )


async def test_a_link_has_the_stamps_of_its_text_and_counts_in_its_report(town: Company) -> None:
    await send(town, f"Order: {LONG}")

    async with town.services.database.connection() as connection:
        assert not await unstamped_links(connection)
    query = "{ messagesReport(filter: { window: { last: DAYS_7 } }) { tiles { linksSent { value } } } }"
    data = await town.ask("Olive", query)
    assert data["messagesReport"]["tiles"]["linksSent"]["value"] == 1


async def test_short_links_are_on_the_domain_of_the_location(town: Company) -> None:
    await links_domain(town, DOMAIN)

    message = await send(town, f"Order: {LONG}")

    (link,) = message["links"]
    assert link["shortUrl"].startswith(f"https://{DOMAIN}/l/")
    assert message["body"] == f"Order: {link['shortUrl']}"


async def test_a_short_link_is_told_as_it_stands_in_the_text_whatever_the_domain_is_now(
    town: Company,
) -> None:
    await links_domain(town, DOMAIN)
    message = await send(town, LONG)
    await links_domain(town, "new.acme.example")

    query = "query ($id: ID!) { node(id: $id) { ... on Message { links { shortUrl } } } }"
    data = await town.ask("Ann", query, id=message["id"])

    assert data["node"]["links"][0]["shortUrl"] == message["body"] == message["links"][0]["shortUrl"]


async def test_whoever_is_texted_first_gets_short_links_too(town: Company) -> None:
    start = {"locationId": town.id("Location", "Store A"), "to": {"phone": CUSTOMER}, "body": f"New: {LONG}"}

    message = (await town.do("Ann", "startConversation", SENT, **start))["message"]

    assert [link["url"] for link in message["links"]] == [LONG]
    assert message["segments"] == 1


async def test_what_is_sent_again_has_links_of_its_own(town: Company) -> None:
    first = await send(town, f"Order: {LONG}, see https://a.example.")
    await town.fetch("UPDATE message SET status = 'FAILED' WHERE direction = 'OUTBOUND'")

    again = (await town.do("Ann", "retryMessage", SENT, messageId=first["id"]))["message"]

    assert [link["url"] for link in again["links"]] == [link["url"] for link in first["links"]]
    assert not {link["shortUrl"] for link in again["links"]} & {link["shortUrl"] for link in first["links"]}
    assert again["body"] == "Order: {}, see {}.".format(*(link["shortUrl"] for link in again["links"]))


async def test_the_same_key_sends_the_same_links(town: Company) -> None:
    talk = town.id("Conversation", await town.conversation())
    given = {"conversationId": talk, "body": LONG, "idempotencyKey": "once"}

    first = await town.do("Ann", "sendMessage", SENT, **given)
    again = await town.do("Ann", "sendMessage", SENT, **given)

    assert first["message"]["links"] == again["message"]["links"]
    assert len(await town.fetch("SELECT FROM tracked_link")) == 1


async def test_what_is_no_link_to_the_web_goes_out_as_it_was_typed(town: Company) -> None:
    body = "javascript:alert(1) data:text/html,x https://ann:secret@shop.example/ www.shop.example"

    message = await send(town, body)

    assert (message["body"], message["links"]) == (body, [])


@pytest.mark.parametrize("domain", [None, DOMAIN])
async def test_a_preview_is_what_will_go_out(town: Company, domain: str | None) -> None:
    await links_domain(town, domain)
    talk = await town.conversation()
    body = f"Order: {LONG}\N{HEAVY BLACK HEART}"

    shown = (await town.ask("Ann", PREVIEW, body=body, id=town.id("Conversation", talk)))["messagePreview"]
    message = await send(town, body)

    assert (shown["segments"], shown["encoding"]) == (message["segments"], message["encoding"])
    assert shown["length"] == len(message["body"])
    base, _, _ = message["body"].rpartition("/l/")
    assert shown["body"] == f"{base}/l/xxxxxxxxxx\N{HEAVY BLACK HEART}"


async def test_a_preview_for_no_conversation_shortens_too(town: Company) -> None:
    shown = (await town.ask("Ann", PREVIEW, body=LONG))["messagePreview"]

    assert shown["body"] == f"{town.services.public_url}/l/xxxxxxxxxx"
    assert await town.fetch("SELECT FROM tracked_link") == []


async def test_the_preview_of_a_transfer_counts_the_short_links_of_its_notice(town: Company) -> None:
    await links_domain(town, DOMAIN)
    talk = town.id("Conversation", await town.conversation())
    moved = {"to": town.id("Place", "Store B"), "notice": f"Our new place: {LONG}"}

    data = await town.ask("Ann", TRANSFER_PREVIEW, id=talk, **moved)
    payload = await town.do(
        "Ann", "transferConversation", "transfer { notice { body segments } }", conversationId=talk, **moved
    )

    shown, notice = data["conversation"]["transferPreview"]["notice"], payload["transfer"]["notice"]
    assert shown == {"body": f"Our new place: https://{DOMAIN}/l/xxxxxxxxxx", "segments": 1}
    assert notice["body"].startswith(f"Our new place: https://{DOMAIN}/l/")
    assert notice["segments"] == 1


async def test_clicks_are_read_newest_first_with_who_made_them(town: Company) -> None:
    message = await send(town, LONG)
    slug = message["body"].rpartition("/")[2]
    for agent in ("Googlebot/2.1", "Mozilla/5.0 (iPhone) Safari"):
        town.clock.passes(seconds=10)
        await visit_link(town.services, slug, Visit(user_agent=agent))

    query = """query ($id: ID!) { node(id: $id) { ... on Message { links {
        clicked clicks botClicks firstClickedAt clickEvents(first: 5) { nodes { at bot userAgent } }
    } } } }"""
    (link,) = (await town.ask("Ann", query, id=message["id"]))["node"]["links"]

    events = link.pop("clickEvents")["nodes"]
    assert [(event["bot"], event["userAgent"]) for event in events] == [
        (False, "Mozilla/5.0 (iPhone) Safari"),
        (True, "Googlebot/2.1"),
    ]
    assert link == {"clicked": True, "clicks": 1, "botClicks": 1, "firstClickedAt": events[0]["at"]}
