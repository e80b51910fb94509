"""Texts of chosen people and campaigns, found by these where they are fewer than the locations."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from localmessages.reports.messages_report.scope import SPAN, Scope, together
from localmessages.reports.rows import Args


def stamped_texts(scope: Scope, args: Args) -> str:
    """A FROM list of the texts in a report about people or campaigns, aliased `message`.

    It has what the indexes of the stamps have: conversation, location, direction, status, bill and stamps.
    """
    column, ids = _narrower(scope)
    if len(ids) > len(scope.spans):
        # message_location_idx, alone
        return scope.facts("message", "at", args)
    start = args.add(min(span.start for span in scope.spans))
    end = args.add(max(span.end for span in scope.spans))
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


def _narrower(scope: Scope) -> tuple[str, Sequence[UUID]]:
    agents, campaigns = scope.filter.agent_ids, scope.filter.campaign_ids
    if campaigns is None or (agents is not None and len(agents) <= len(campaigns)):
        return "agent_id", agents or ()
    return "campaign_id", campaigns
