"""A filter as it is kept."""

from typing import Any

from pydantic import TypeAdapter

from localmessages.reports.messages_report.asked import AskedFilter

_FILTERS: TypeAdapter[AskedFilter] = TypeAdapter(AskedFilter)


def to_json(asked: AskedFilter) -> dict[str, Any]:
    """The filter, to be kept."""
    kept: dict[str, Any] = _FILTERS.dump_python(asked, mode="json")
    return kept


def from_json(kept: dict[str, Any]) -> AskedFilter:
    """The filter that was kept."""
    return _FILTERS.validate_python(kept)
