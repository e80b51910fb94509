import pytest

from localmessages.gateways.mail import Sender
from localmessages.gateways.smtp_url import Security, SmtpServer


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://relay", SmtpServer("relay", 25, Security.NONE)),
        ("smtps://mail.example.com", SmtpServer("mail.example.com", 465, Security.TLS)),
        (
            "smtp+starttls://me%40example.com:a%2Fb%3A@mail.example.com:2525/",
            SmtpServer("mail.example.com", 2525, Security.STARTTLS, "me@example.com", "a/b:"),
        ),
        ("smtp://me:secret@localhost:1025", SmtpServer("localhost", 1025, Security.NONE, "me", "secret")),
        ("smtp://me:secret@[::1]", SmtpServer("::1", 25, Security.NONE, "me", "secret")),
    ],
)
def test_a_mail_server_as_one_setting(url: str, server: SmtpServer) -> None:
    assert SmtpServer.parse(url) == server


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.com",
        "http://mail.example.com",
        "smtps://",
        "smtps://host:port",
        "smtps://host:70000",
        "smtps://host/path",
        "smtps://host?tls=no",
    ],
)
def test_what_is_no_mail_server(url: str) -> None:
    with pytest.raises(ValueError, match="mail server"):
        SmtpServer.parse(url)


def test_a_password_does_not_travel_where_others_can_read_it() -> None:
    with pytest.raises(ValueError, match="password") as error:
        SmtpServer.parse("smtp://me:secret@mail.example.com")

    assert "secret" not in str(error.value)
    assert "secret" not in repr(SmtpServer.parse("smtps://me:secret@mail.example.com"))


@pytest.mark.parametrize(
    ("written", "sender"),
    [
        ("Acme <reports@acme.example>", Sender("Acme", "reports@acme.example")),
        ('"Acme, Inc." <reports@acme.example>', Sender("Acme, Inc.", "reports@acme.example")),
        ("reports@acme.example", Sender("", "reports@acme.example")),
    ],
)
def test_who_mails_come_from(written: str, sender: Sender) -> None:
    assert Sender.parse(written) == sender
    assert sender.domain == "acme.example"


@pytest.mark.parametrize(
    "written", ["", "Acme", "Acme <reports>", "a@b, c@d", "Acme\r\nBcc: x <a@b.example>"]
)
def test_who_mails_cannot_come_from(written: str) -> None:
    with pytest.raises(ValueError, match="no sender"):
        Sender.parse(written)
