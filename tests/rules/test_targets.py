import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localmessages.rules.refusal import Refused, UserErrorCode
from localmessages.rules.targets import ascii_target, check_target, is_target

NO_TARGETS = [
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "javascript://example.com/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "file:///etc/passwd",
    "ftp://example.com/",
    "tel:+12125550100",
    "//example.com/path",
    "/path",
    "example.com",
    "",
    "http://",
    "https:///path",
    "https://?q",
    "http:example.com",
    "https://ann:secret@example.com/",
    "https://example.com@evil.example/",
    "https://@example.com/",
    "http://good.example\\@evil.example/",
    "http://exa mple.com/",
    "https://example.com/a\r\nSet-Cookie: a=b",
    "https://example.com/a\tb",
    " https://example.com/",
    "https://example.com/\u202egnp.exe",
    "https://example.com/\ud800",
    "https://a..b/",
    "https://-a.example/",
    "https://a_.-b-.example/",
    "https://exa%6dple.com/",
    "https://example.com:99999/",
    "https://example.com:port/",
    "https://[::1/",
    "https://[1:2]/",
    "https://[fe80::1%eth0]/",
    f"https://{'a' * 64}.example/",
    f"https://example.com/{'a' * 2_000}",
]


@pytest.mark.parametrize("url", NO_TARGETS)
def test_nothing_leads_there(url: str) -> None:
    assert not is_target(url)
    assert ascii_target(url) is None
    with pytest.raises(Refused) as refusal:
        check_target(url, field=["link"])
    assert (refusal.value.code, refusal.value.field) == (UserErrorCode.UNSAFE_URL, ["input", "link"])
    assert refusal.value.remedy


@pytest.mark.parametrize(
    ("url", "carried"),
    [
        ("https://example.com", "https://example.com"),
        ("HTTPS://Example.COM/Path?Q=1#F", "https://example.com/Path?Q=1#F"),
        ("http://127.0.0.1:8000/pay/AbC_-", "http://127.0.0.1:8000/pay/AbC_-"),
        ("http://localhost/", "http://localhost/"),
        ("http://[::1]:8000/a", "http://[::1]:8000/a"),
        ("https://example.com./a", "https://example.com./a"),
        ("https://münchen.example/", "https://xn--mnchen-3ya.example/"),
        # As browsers have it: not strasse.
        ("https://straße.example/", "https://xn--strae-oqa.example/"),
        ("https://例え.jp/路径", "https://xn--r8jz45g.jp/%E8%B7%AF%E5%BE%84"),
        ("https://ｅxample.com/", "https://example.com/"),
        ("https://example.com/a%20b%2Fc?d=%zz", "https://example.com/a%20b%2Fc?d=%zz"),
        ("https://example.com/?f[]=1&g={h}|i^j", "https://example.com/?f[]=1&g=%7Bh%7D%7Ci%5Ej"),
        ("https://example.com/?", "https://example.com/?"),
        (
            "https://example.com/a;b=c,d?u=https://e.example/@f",
            "https://example.com/a;b=c,d?u=https://e.example/@f",
        ),
        ('https://example.com/"<>`', "https://example.com/%22%3C%3E%60"),
    ],
)
def test_a_header_carries_a_target_in_ascii_and_otherwise_as_it_is(url: str, carried: str) -> None:
    check_target(url, field=["link"])
    assert ascii_target(url) == carried
    assert ascii_target(carried) == carried


@given(st.text())
def test_whatever_a_header_carries_leads_to_http_in_printable_ascii(text: str) -> None:
    for url in (text, f"https://{text}", f"http://example.com/{text}"):
        carried = ascii_target(url)
        assert (carried is not None) == is_target(url)
        if carried is not None:
            assert carried.startswith(("http://", "https://"))
            assert carried.isascii()
            assert not set(carried) & set(string.whitespace)
