"""Who works in the demo's garden centres: five who sign in, and colleagues who answer by themselves."""

from dataclasses import dataclass
from datetime import timedelta

from localmessages.demo.places import CHILD, HEAD_OFFICE, PARENT, SHOPS
from localmessages.rules.access import Role

DOMAIN = "hollinvale.example"
PASSWORD = "greenhouse"


@dataclass(frozen=True, slots=True)
class Worker:
    """A person of the demo, with one role on an account or on locations."""

    id: str
    name: str
    email: str
    role: Role
    account: str | None = None
    shops: tuple[str, ...] = ()
    what: str = ""

    @property
    def signs_in(self) -> bool:
        """Whether they have a password; nobody else is signed in as the others."""
        return bool(self.what)


SIGN_INS = (
    Worker("owner", "Iris Hollin", f"owner@{DOMAIN}", Role.OWNER, PARENT, what="owner of everything"),
    Worker(
        "manager", "Dana Whitlock", f"manager@{DOMAIN}", Role.MANAGER, CHILD, what="manages North America"
    ),
    Worker(
        "store",
        "Gareth Vale",
        f"store@{DOMAIN}",
        Role.MANAGER,
        shops=("leeds",),
        what="manages Leeds",
    ),
    Worker(
        "agent",
        "Tom Ashby",
        f"agent@{DOMAIN}",
        Role.AGENT,
        shops=("kew", "bristol"),
        what="answers in two shops",
    ),
    Worker("viewer", "Vera Quist", f"viewer@{DOMAIN}", Role.VIEWER, PARENT, what="sees all, changes nothing"),
)

# Two or three a shop, in the order of SHOPS.
_COLLEAGUES = (
    ("Ruth Amory", "Callum Dyer", "Sabah Noor"),
    ("Oliver Penn", "Nadia Rahman"),
    ("Megan Frost", "Joel Okafor"),
    ("Hannah Birk", "Simon Achebe"),
    ("Fiona Muir", "Ewan Laird"),
    ("Bridget Power", "Liam Noseworthy"),
    ("Carla Mendez", "Jerome Tate", "Yuki Sato"),
    ("Priya Raman", "Etienne Roy"),
    ("Walt Jensen", "Alicia Gomez"),
    ("Skye Larsen", "Marco Bianchi"),
    ("Grace Kim", "Noah Lindqvist"),
    ("Tahlia Webb", "Ben Castellano"),
    ("Lachlan Reid", "Mei Tan"),
)


def _colleague(name: str, shop: str) -> Worker:
    first = name.lower().split()[0]
    return Worker(first, name, f"{first}@{DOMAIN}", Role.AGENT, shops=(shop,))


COLLEAGUES = tuple(
    _colleague(name, shop.id) for shop, names in zip(SHOPS, _COLLEAGUES, strict=True) for name in names
)
WORKERS = (*SIGN_INS, *COLLEAGUES)
# Has left when the demo starts first; her texts stay hers.
LEAVER, LEAVER_AGE = "yuki", timedelta(days=10)


def colleagues_at(shop: str) -> list[Worker]:
    """Who answers there by themselves."""
    return [worker for worker in COLLEAGUES if shop in worker.shops]


def at_head_office() -> list[Worker]:
    """Who answers what shops pass on."""
    return colleagues_at(HEAD_OFFICE)
