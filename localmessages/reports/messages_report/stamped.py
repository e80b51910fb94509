"""Texts of chosen people and campaigns, found by these where they are fewer than the locations."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from localmessages.reports.messages_report.scope import SPAN, Scope, together
from localmessages.reports.rows import Args

_FEW = 10


def stamped_texts(scope: Scope, args: Args) -> str:
    """A FROM list of the texts in a report about people or campaigns, aliased `message`.

    It has what the indexes of the stamps have: conversation, location, direction, status, bill and stamps.
    """
    if len(_narrower(scope)[1]) > len(scope.spans):
        # message_location_idx, alone
        return scope.facts("message", "at", args)
    column, ids = _narrower(scope)
    start, end = (args.add(edge) for edge in scope.bounds)
    other = scope.stamped("message", args, without=column)
    # message_agent_idx or message_campaign_idx, alone; nothing else is thought of behind OFFSET.
    return f"""unnest({args.add(list(dict.fromkeys(ids)))}::uuid[]) AS chosen (id)
CROSS JOIN LATERAL (
    SELECT message.id, message.at, message.tenant_id, message.location_id, message.conversation_id,
        message.direction, message.status, message.agent_id, message.campaign_id, message.payment_request_id
    FROM message
    WHERE message.tenant_id = $1
        AND message.{column} = chosen.id
        AND message.at >= {start}::timestamptz
        AND message.at < {end}::timestamptz
        AND {together(other, indent="        ")}
    OFFSET 0
) AS message
JOIN {SPAN}
    ON {together(scope.within("message", "at", args))}"""


def has_few_stamps(scope: Scope) -> bool:
    """Whether the report is about so few people or campaigns that most locations have nothing of them."""
    return scope.is_stamped and len(_narrower(scope)[1]) <= _FEW


def chosen_stamps(scope: Scope, args: Args) -> tuple[str, list[str]]:
    """A FROM list of the ids of people or campaigns, and the conditions on a `message` of one of them."""
    column, ids = _narrower(scope)
    start, end = (args.add(edge) for edge in scope.bounds)
    places = together(scope.within("message", "at", args, hashed=True), indent="                ")
    return f"unnest({args.add(list(dict.fromkeys(ids)))}::uuid[]) AS chosen (id)", [
        "message.tenant_id = $1",
        f"message.{column} = chosen.id",
        f"message.at >= {start}::timestamptz",
        f"message.at < {end}::timestamptz",
        f"EXISTS (\n                SELECT FROM {SPAN}\n                WHERE {places}\n            )",
        *scope.stamped("message", args, without=column),
    ]


def _narrower(scope: Scope) -> tuple[str, Sequence[UUID]]:
    agents, campaigns = scope.filter.agent_ids, scope.filter.campaign_ids
    if campaigns is None or (agents is not None and len(agents) <= len(campaigns)):
        return "agent_id", agents or ()
    return "campaign_id", campaigns
