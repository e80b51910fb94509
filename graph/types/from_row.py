"""Nodes whose attributes are made of a row when they are read: of forty, a page shows ten."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, ClassVar, Self

Source = Callable[[Any, Any], Any]
"""Makes an attribute of what a viewer sees (`Nodes`) and the row."""


class FromRow:
    """Base of such types. One that was made by its constructor is like any other object."""

    sources: ClassVar[Mapping[str, Source]] = {}
    columns: ClassVar[Mapping[str, str]] = {}
    """Attributes that are columns as they are: where they stand in the row."""

    @classmethod
    def of_row(cls, nodes: object, row: object) -> Self:
        """A node of a row."""
        node = cls.__new__(cls)
        node.__dict__["_nodes"], node.__dict__["_row"] = nodes, row
        return node

    def __getattr__(self, name: str) -> Any:
        source = type(self).sources.get(name)
        if source is None or "_row" not in self.__dict__:
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        value = self.__dict__[name] = source(self.__dict__["_nodes"], self.__dict__["_row"])
        return value


def made_from(node_type: type[FromRow], **sources: Source | str) -> None:
    """Say what each attribute of a type is made of: a column by its path in the row, or a function."""
    wanted = {field.name for field in dataclasses.fields(node_type) if field.init}  # type: ignore[arg-type]
    if wanted != set(sources):
        raise TypeError(f"{node_type.__name__}: {sorted(wanted ^ set(sources))} are unknown or missing")
    if shadowing := [name for name in sources if hasattr(node_type, name)]:
        raise TypeError(f"{node_type.__name__}: {shadowing} have defaults, which would be read instead")
    node_type.columns = {name: path for name, path in sources.items() if isinstance(path, str)}
    node_type.sources = {
        name: _column(source) if isinstance(source, str) else source for name, source in sources.items()
    }


def _column(path: str) -> Source:
    read = attrgetter(path)
    return lambda _, row: read(row)
