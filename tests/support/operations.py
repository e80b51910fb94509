"""The ready operations of GraphiQL, each whole: with the fragments that it uses."""

from pathlib import Path

from graphql import FragmentDefinitionNode, FragmentSpreadNode, Node, Visitor, parse, print_ast, visit

_FOLDER = Path(__file__).parents[2] / "web" / "graphiql" / "operations"


def operation(name: str) -> str:
    """The text of an operation that can be sent as it is."""
    text = (_FOLDER / f"{name}.graphql").read_text()
    used: dict[str, FragmentDefinitionNode] = {}
    _collect(parse(text), used)
    return "\n\n".join([text, *map(print_ast, used.values())])


def _collect(node: Node, used: dict[str, FragmentDefinitionNode]) -> None:
    for name in _spreads(node) - set(used):
        used[name] = _FRAGMENTS[name]
        _collect(used[name], used)


def _spreads(node: Node) -> set[str]:
    found: set[str] = set()

    class Spreads(Visitor):
        def enter_fragment_spread(self, spread: FragmentSpreadNode, *_: object) -> None:
            found.add(spread.name.value)

    visit(node, Spreads())
    return found


_FRAGMENTS = {
    node.name.value: node
    for node in parse((_FOLDER / "fragments.graphql").read_text()).definitions
    if isinstance(node, FragmentDefinitionNode)
}
