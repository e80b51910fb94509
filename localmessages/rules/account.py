"""Settings of an account: its own, else the parent's, else these."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

from localmessages.rules.location import OldNumberReplies


@dataclass(frozen=True, slots=True)
class Settings:
    """How texting behaves for an account and its locations (messaging.md)."""

    reopen_within_days: int = 30
    old_number_replies: OldNumberReplies = OldNumberReplies.FOLLOW
    transfer_notice: str = (
        "Hello from {business}. Our team at {location} will answer you from now on, from {number}."
    )
    campaign_opens: str = "08:00"
    campaign_closes: str = "21:00"
    auto_reply_interval_seconds: int = 4 * 60 * 60
    help_reply: str = "{business}: reply here and a person will answer. Reply STOP to get no more texts."
    opt_out_reply: str = "{business}: you will get no more texts from us. Reply START to get them again."
    opt_in_reply: str = "{business}: you will get texts from us again. Reply STOP to end them."

    @property
    def reopen_within(self) -> timedelta:
        """How long after a close a text still reopens the conversation."""
        return timedelta(days=self.reopen_within_days)


SETTING_NAMES = tuple(field.name for field in fields(Settings))
NOTICE_PLACEHOLDERS = frozenset({"location", "number", "business"})


def resolve_settings(chain: Iterable[Mapping[str, Any]]) -> Settings:
    """The settings in force, from an account's own columns, its parent's, and so on up to the root's."""
    values: dict[str, Any] = {}
    for own in chain:
        for name in SETTING_NAMES:
            if own[name] is not None:
                values.setdefault(name, own[name])
    if "old_number_replies" in values:
        values["old_number_replies"] = OldNumberReplies(values["old_number_replies"])
    return Settings(**values)


def fill_placeholders(text: str, **values: str) -> str:
    """`text` with each `{name}` of `values` replaced; other braces stay as they are."""
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    return text
