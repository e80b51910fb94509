"""Search within a report, by contact alone or by everything that a row shows."""

from __future__ import annotations

from datetime import datetime

from localmessages.reports.messages_report.scope import Scope
from localmessages.reports.rows import Args
from localmessages.reports.search import contact_matches, needles

FEW_PLACES = 8
_WEEK = 604_800


def contact_condition(search: str | None, args: Args, *others: str) -> str:
    """That the joined `contact`, or one of the `others` (texts), has what was searched for in it."""
    if search is None:
        return "TRUE"
    found = []
    for needle in needles(search):
        part = f"{args.add(needle)}::text"
        found.append(contact_matches(part))
        found += [f"strpos(lower({other}), {part}) > 0" for other in others]
    return f"({' OR '.join(f'({one})' for one in found)})"


def matching_texts(scope: Scope, search: str, args: Args) -> str:
    """A query for ids of texts with the words, the contact, the invoice or the link.

    They are of about the scope's dates, at whatever locations.
    """
    words = f"plainto_tsquery('simple', {args.add(search)})"
    parts = f"unnest({args.add(needles(search))}::text[]) AS needle (part)"
    start, end = (f"{args.add(edge)}::timestamptz" for edge in scope.bounds)
    return f"""
    -- message_words_idx
    SELECT message.id
    FROM message
    WHERE message.tenant_id = $1
        AND numnode({words}) > 0
        AND message_terms(message.body, message.location_id, message.at)
            @@ ({words} && {args.add(_stamps(scope))}::text::tsquery)
    UNION
    -- contact_grams_idx, conversation_contact_idx, message_conversation_idx
    SELECT message.id
    FROM {parts}
    JOIN contact
        ON contact.tenant_id = $1
        AND {contact_matches("needle.part")}
    JOIN conversation ON conversation.tenant_id = $1 AND conversation.contact_id = contact.id
    JOIN message
        ON message.tenant_id = $1
        AND message.conversation_id = conversation.id
        AND message.at >= {start}
        AND message.at < {end}
    UNION
    -- payment_request_grams_idx, message_payment_idx
    SELECT message.id
    FROM {parts}
    JOIN payment_request
        ON payment_request.tenant_id = $1
        AND grams(payment_request.invoice) @> grams(needle.part)
        AND strpos(lower(payment_request.invoice), needle.part) > 0
    JOIN message ON message.tenant_id = $1 AND message.payment_request_id = payment_request.id
    UNION
    -- tracked_link_grams_idx
    SELECT tracked_link.message_id
    FROM {parts}
    JOIN tracked_link
        ON tracked_link.tenant_id = $1
        AND grams(tracked_link.url) @> grams(needle.part)
        AND strpos(lower(tracked_link.url), needle.part) > 0
        AND tracked_link.sent_at >= {start}
        AND tracked_link.sent_at < {end}"""


def _stamps(scope: Scope) -> str:
    """What `message_terms` adds to the words of texts of these weeks, and of these places if they are few.

    The lists of many places together are nearly all texts, and reading them costs more than they save.
    """
    start, end = scope.bounds
    weeks = range(_week(start), _week(end) + 1)
    found = " | ".join(f"'W{week}'" for week in weeks)
    if 0 < len(scope.spans) <= FEW_PLACES:
        places = " | ".join(f"'L{span.location_id}'" for span in scope.spans)
        return f"({found}) & ({places})"
    return found


def _week(at: datetime) -> int:
    return int(at.timestamp() // _WEEK)


def shown_matches(search: str, args: Args) -> str:
    """The same about each `message` that is looked at: that what its row shows has what is searched for.

    Scalar queries, one short look each: the planner never makes a join of them.
    """
    words = f"plainto_tsquery('simple', {args.add(search)})"
    found = [f"to_tsvector('simple', message.body) @@ {words}"]
    for needle in needles(search):
        part = f"{args.add(needle)}::text"
        found += [
            f"""coalesce((
            SELECT strpos(lower(contact.name || ' ' || contact.phone), {part}) > 0
            FROM contact
            WHERE contact.tenant_id = $1 AND contact.id = message.contact_id
        ), false)""",
            f"""coalesce((
            SELECT strpos(lower(payment_request.invoice), {part}) > 0
            FROM payment_request
            WHERE payment_request.tenant_id = $1 AND payment_request.id = message.payment_request_id
        ), false)""",
            f"""coalesce((
            SELECT bool_or(strpos(lower(tracked_link.url), {part}) > 0)
            FROM tracked_link
            WHERE tracked_link.tenant_id = $1 AND tracked_link.message_id = message.id
        ), false)""",
        ]
    return "(" + "\n        OR ".join(found) + ")"
