"""What the guide says of scopes is what the code does."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from graph.schema import schema
from localmessages.rules.access import ApiScope
from localmessages.rules.scopes import MUTATIONS, QUERIES, SUBSCRIPTIONS, Need, role_of_key

GUIDE = (Path(__file__).parent.parent / "docs" / "people-and-keys.md").read_text()
ROOTS = {
    "Query": (schema.core.query_type, QUERIES),
    "Mutation": (schema.core.mutation_type, MUTATIONS),
    "Subscription": (schema.core.subscription_type, SUBSCRIPTIONS),
}


def said(need: Need) -> str:
    """A need as the guide has it."""
    if need is None:
        return "people alone"
    return " or ".join(f"`{scope}`" for scope in ApiScope if scope in need) or "any key"


def table(declared: Mapping[str, Need], fields: Mapping[str, object]) -> list[str]:
    """The rows of the guide: what needs the same stands in one."""
    found: dict[str, list[str]] = {}
    for name in fields:
        found.setdefault(said(declared[name]), []).append(f"`{name}`")
    return [f"| {need} | {' '.join(sorted(names))} |" for need, names in sorted(found.items())]


@pytest.mark.parametrize("root", ROOTS)
def test_the_guide_has_the_scope_of_every_field(root: str) -> None:
    type_, declared = ROOTS[root]
    assert type_ is not None
    missing = [row for row in table(declared, type_.fields) if row not in GUIDE]
    assert not missing, "put into docs/people-and-keys.md:\n" + "\n".join(missing)


@pytest.mark.parametrize("scope", list(ApiScope))
def test_the_guide_has_the_role_of_every_scope(scope: ApiScope) -> None:
    assert f"| `{scope}` | `{role_of_key([scope])}` |" in GUIDE
