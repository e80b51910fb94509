"""The table of settings in docs/operations.md, out of the settings; run as a module, it is written."""

import ast
from collections.abc import Iterator
from enum import Enum
from pathlib import Path

from localmessages.settings import Settings

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "operations.md"
BEGINNING, END = "<!-- settings -->\n", "<!-- end of settings -->"


def table() -> str:
    """A row a setting: its name in the environment, its default, what it is for."""
    said = dict(_docstrings())
    rows = ["| Setting | Default | |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        variable = str(field.validation_alias or f"LOCALMESSAGES_{name.upper()}")
        shown = _shown(field.get_default(call_default_factory=True))
        rows.append(f"| `{variable}` | {shown} | {said.get(name, '')} |")
    return "\n".join(rows) + "\n"


def _docstrings() -> Iterator[tuple[str, str]]:
    for file in sorted((ROOT / "localmessages").glob("*settings.py")):
        for class_ in ast.walk(ast.parse(file.read_text())):
            if isinstance(class_, ast.ClassDef):
                yield from _of_class(class_)


def _of_class(class_: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for field, after in zip(class_.body, class_.body[1:], strict=False):
        match field, after:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                yield name, " ".join(text.split()).replace("|", "\\|")


def _shown(value: object) -> str:
    match value:
        case None | "":
            return "–"
        case bool():
            return str(value).lower()
        case Enum():
            return str(value.value)
        case int():
            return f"{value:,}" if value > 9999 else str(value)
        case float():
            return f"{value:g}"
    return f"`{value}`"


def page() -> str:
    """The page with the table as it is now."""
    before, _, rest = PAGE.read_text().partition(BEGINNING)
    return f"{before}{BEGINNING}{table()}{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(page())
