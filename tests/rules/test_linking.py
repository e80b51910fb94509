import re
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localmessages.rules.delivery import MessageOrigin
from localmessages.rules.linking import (
    SLUG_LENGTH,
    Shortened,
    find_links,
    new_slug,
    preview,
    restore,
    send_with_links,
    short_url_in,
    shorten,
)
from localmessages.rules.records import TrackedLink
from localmessages.rules.segments import TextEncoding, measure
from localmessages.rules.targets import is_target
from localmessages.rules.texting import OutboundText
from localmessages.rules.texts import BODY_LIMIT
from tests.support.one_customer import AGENT, Scene

BASE, PUBLIC = "https://go.example", "http://127.0.0.1:8000"
UNLIMITED = 10**6


def urls(body: str) -> list[str]:
    return [found.url for found in find_links(body)]


def numbered(body: str, **how: int) -> Shortened:
    """Shortened to slugs that count."""
    numbers = count(1)
    return shorten(body, BASE, PUBLIC, slug=lambda: f"s{next(numbers)}", **how)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("https://a.example", ["https://a.example"]),
        ("See https://a.example/b?c=d#e, or call.", ["https://a.example/b?c=d#e"]),
        ("Really (https://a.example/b)?!", ["https://a.example/b"]),
        ("(see https://a.example/b_(c))", ["https://a.example/b_(c)"]),
        ("[here](https://a.example/b).", ["https://a.example/b"]),
        ("https://a.example/?f[]=1&g={h}", ["https://a.example/?f[]=1&g={h}"]),
        ("“https://a.example/b”…", ["https://a.example/b"]),
        ("<https://a.example/b>", ["https://a.example/b"]),
        ("**https://a.example/b**", ["https://a.example/b"]),
        ("Neu:https://a.example/b;", ["https://a.example/b"]),
        ("請看https://a.example/b。謝謝", ["https://a.example/b"]),
        ("https://例え.jp/路径，请", ["https://例え.jp/路径"]),
        ("https://a.example/हिन्दी।", ["https://a.example/हिन्दी"]),
        ("Sale https://a.example/b🎉🎉", ["https://a.example/b"]),
        ("https://a.example/b\u200bc", ["https://a.example/b"]),
        ("HTTPS://A.EXAMPLE/B", ["HTTPS://A.EXAMPLE/B"]),
        ("http://a.example/?u=https://b.example/", ["http://a.example/?u=https://b.example/"]),
        ("one http://a.example\ntwo http://b.example\n", ["http://a.example", "http://b.example"]),
        ("https://a.example https://a.example", ["https://a.example", "https://a.example"]),
    ],
)
def test_a_link_is_found_without_the_sentence_around_it(body: str, found: list[str]) -> None:
    assert urls(body) == found


@pytest.mark.parametrize(
    "body",
    [
        "",
        "Call us, or come by.",
        "www.example.com and example.com/path",
        "javascript:alert(1)",
        "data:text/html,<b>hi</b>",
        "mailto:ann@example.com tel:+12125550100 ftp://example.com/a",
        "shttp://example.com xhttps://example.com 1http://example.com",
        "httpſ://example.com",
        "http:// https://. https:///path http://?",
        "https://ann:secret@example.com/?u=https://inner.example",
        "https://paypal.example@evil.example/",
        "http://a..b http://-a.example http://a.example:99999/",
        "http:/example.com http:example.com",
    ],
)
def test_what_is_no_link_to_the_web_stays_as_it_is(body: str) -> None:
    assert numbered(body) == (body, ())


def test_a_backslash_ends_a_link() -> None:
    assert numbered("http://good.example\\@evil.example/").body == f"{BASE}/l/s1\\@evil.example/"


def test_each_link_gets_its_own_slug_in_the_order_of_the_text() -> None:
    body, links = numbered("First https://a.example/x, then (https://b.example), again https://a.example/x.")

    assert body == f"First {BASE}/l/s1, then ({BASE}/l/s2), again {BASE}/l/s3."
    assert [tuple(link) for link in links] == [
        ("s1", "https://a.example/x"),
        ("s2", "https://b.example"),
        ("s3", "https://a.example/x"),
    ]


def test_short_links_of_ours_stay() -> None:
    body = f"{BASE}/l/abc and {PUBLIC}/l/def, not {BASE}/lots nor {PUBLIC}/pay/x"

    assert [link.url for link in numbered(body).links] == [f"{BASE}/lots", f"{PUBLIC}/pay/x"]


def test_an_address_of_a_thousand_characters_becomes_a_short_one() -> None:
    url = f"https://a.example/{'ä' * 982}"

    short = numbered(f"Here: {url}")

    assert len(url) == 1_000
    assert short.body == f"Here: {BASE}/l/s1"
    assert [link.url for link in short.links] == [url]
    assert measure(short.body).encoding is TextEncoding.GSM_7


def test_a_link_that_would_make_the_text_too_long_stays() -> None:
    tiny, room = "http://a.b ", len(f"{BASE}/l/s1") - len("http://a.b")

    body, links = numbered(tiny * 3, limit=len(tiny) * 3 + 2 * room)

    assert len(links) == 2
    assert body.endswith(f"{BASE}/l/s2 http://a.b ")


def test_slugs_are_long_random_and_of_letters_that_cost_one_unit_each() -> None:
    slugs = {new_slug() for _ in range(2_000)}

    assert len(slugs) == 2_000
    assert all(re.fullmatch(f"[0-9A-Za-z]{{{SLUG_LENGTH}}}", slug) for slug in slugs)
    assert measure("".join(slugs)).encoding is TextEncoding.GSM_7


# ------------------------------------------------------------------------------------------------ properties

HOSTS = st.sampled_from(
    [
        "a.example",
        "A.Example:8080",
        "münchen.example",
        "例え.jp",
        "10.0.0.1",
        "[::1]",
        "ann@a.example",
        "a..b",
    ]
)
PATHS = st.text("abz09/?&=#%.,;:!'()[]{}*|-_~é路\u0301", max_size=12) | st.just("/" + "x" * 1_000)
LINKS = st.builds("{}{}{}".format, st.sampled_from(["http://", "https://", "HTTPS://"]), HOSTS, PATHS)
OURS = st.sampled_from([f"{BASE}/l/abc", f"{PUBLIC}/l/def", f"{PUBLIC}/pay/ghi"])
OTHERS = st.sampled_from(
    ["javascript:alert(1)", "data:text/html,a", "javascript:location='http://x.example'"]
)
AROUND = st.text(max_size=6) | st.sampled_from(
    [" ", "\n", "(", ").", "] ", "…", "“", "”", "。", ", ", "🎉", "x"]
)
BODIES = st.lists(LINKS | OURS | OTHERS | AROUND, max_size=12).map("".join)


@given(BODIES)
def test_a_shortened_text_has_each_short_link_once_and_all_else_as_it_was(body: str) -> None:
    short = numbered(body)

    rest = short.body
    for link in short.links:
        assert is_target(link.url)
        before, found, rest = rest.partition(f"{BASE}/l/{link.slug}")
        assert found
        assert body.startswith(before + link.url)
        body = body[len(before + link.url) :]
    assert rest == body


@given(BODIES)
def test_what_was_shortened_can_be_put_back_and_is_not_shortened_again(body: str) -> None:
    # Within a limit a link may fit after later ones have become short.
    short = shorten(body, BASE, PUBLIC, limit=UNLIMITED)

    assert restore(short.body, dict(short.links)) == body
    assert shorten(short.body, BASE, PUBLIC, limit=UNLIMITED).links == ()
    assert [short_url_in(short.body, slug) for slug, _ in short.links] == [
        f"{BASE}/l/{slug}" for slug, _ in short.links
    ]


@given(BODIES)
def test_a_preview_is_as_long_as_what_goes_out(body: str) -> None:
    sent = shorten(body, BASE, PUBLIC).body

    assert measure(preview(body, BASE, PUBLIC)) == measure(sent)
    assert len(sent) <= max(len(body), BODY_LIMIT)


@given(st.text(), st.text())
def test_any_text_survives(one: str, other: str) -> None:
    body = f"{one}https://a.example/{other}"

    assert restore(*_short(body)) == body


def _short(body: str) -> tuple[str, dict[str, str]]:
    short = shorten(body, BASE, PUBLIC)
    return short.body, dict(short.links)


# --------------------------------------------------------------------------------------------------- sending


def test_a_text_is_measured_as_it_goes_out_and_its_links_come_with_it() -> None:
    scene = Scene()
    talk = scene.talk_of(scene.text())
    body = f"Your order: https://shop.example/{'o' * 200} Thank you!"
    text = OutboundText(MessageOrigin.AGENT, body, scene.a.number, agent_id=AGENT)

    message = send_with_links(scene.customer, talk, text, scene.now + timedelta(seconds=1), public_url=PUBLIC)

    (link,) = [record for record in scene.customer.added if isinstance(record, TrackedLink)]
    assert message.body == f"Your order: {PUBLIC}/l/{link.slug} Thank you!"
    assert (message.segments, measure(body).segments) == (1, 2)
    assert (link.message_id, link.position, link.clicks, link.bot_clicks) == (message.id, 0, 0, 0)
    assert link.url == f"https://shop.example/{'o' * 200}"
