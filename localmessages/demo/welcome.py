"""What the demo says when it is ready."""

from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from localmessages.demo.people import PASSWORD, SIGN_INS
from localmessages.demo.places import BUSINESS


def welcome(out: Console, url: str, mails: Path | None) -> None:
    """Where it is, who may sign in, and where mails are put that go to no mail server."""
    people = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for person in SIGN_INS:
        people.add_row(f"[bold]{person.email}[/]", person.name, person.what)
    out.print(f"\n[bold green]{BUSINESS} is texting.[/]\n")
    out.print(f"  GraphiQL  [bold]{url}/graphiql/?email={SIGN_INS[0].email}[/]", soft_wrap=True)
    out.print(f"  API       [bold]{url}/graphql[/]", soft_wrap=True)
    if mails is not None:
        out.print(f"  Mails     [bold]{mails}[/]", soft_wrap=True)
    out.print(f"\n  Sign in with the password [bold]{PASSWORD}[/] as")
    out.print(Padding(people, (0, 0, 0, 4)))
    out.print("\nCtrl-C stops everything; the next start goes on from here.\n")
