"""Texts by conversation, from the rollup of local days and, at edges that cut a day, from the texts."""

from __future__ import annotations

from localmessages.reports.buckets import cut_days
from localmessages.reports.messages_report.scope import Scope, together
from localmessages.reports.rows import Args

_COUNTS = "texts, inbound, by_agents, bills, delivered, non_deliverable, pending"
_RAW = """1, (direction = 'INBOUND')::integer, (origin IS NOT DISTINCT FROM 'AGENT')::integer,
            (payment_request_id IS NOT NULL)::integer, (status IN ('DELIVERED', 'READ'))::integer,
            (status IN ('UNDELIVERED', 'FAILED'))::integer,
            (status IN ('QUEUED', 'SENDING', 'SENT'))::integer"""


def conversation_days(scope: Scope, args: Args, *more: str) -> str:
    """A FROM list of counts of texts, aliased `part`: several rows a conversation, to be added up.

    They are of these dates, locations and tags, whoever caused them, and of what `more` says about `part`.
    """
    cuts = [cut_days(span.start, span.end, span.zone) for span in scope.spans]
    days = f"{args.add([cut.first for cut in cuts])}::date[], {args.add([cut.last for cut in cuts])}::date[]"
    begin = f"{args.add([cut.start for cut in cuts])}::timestamptz[]"
    end = f"{args.add([cut.end for cut in cuts])}::timestamptz[]"
    raw = "message ON tenant_id = $1 AND location_id = place AND at >= first AND at < until"
    # conversation_day_pkey, alone; message_hour_delta_idx for what is not folded in yet;
    # message_location_idx, alone
    return f"""(
        SELECT conversation_id, contact_id, {_COUNTS}
        FROM unnest($2::uuid[], {days}) AS span (place, first, until)
        JOIN conversation_day ON tenant_id = $1 AND location_id = place AND day >= first AND day < until
        UNION ALL
        SELECT conversation_id, contact_id, {_COUNTS}
        FROM unnest($2::uuid[], {begin}, {end}) AS span (place, first, until)
        JOIN message_hour_delta ON tenant_id = $1 AND location_id = place AND hour >= first AND hour < until
        UNION ALL
        SELECT conversation_id, contact_id, {_RAW}
        FROM unnest($2::uuid[], $3::timestamptz[], {begin}) AS span (place, first, until)
        JOIN {raw}
        UNION ALL
        SELECT conversation_id, contact_id, {_RAW}
        FROM unnest($2::uuid[], {end}, $4::timestamptz[]) AS span (place, first, until)
        JOIN {raw}
    ) AS part
    WHERE {together([*scope.tagged("part", args), *more])}"""
