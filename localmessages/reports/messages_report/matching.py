"""Search within a report, by contact alone or by everything that a row shows."""

from __future__ import annotations

from localmessages.reports.rows import Args
from localmessages.reports.search import contact_matches, needles

FEW_PLACES = 8
_AT_PLACES = "(SELECT string_agg('''L' || place || '''', ' | ') FROM unnest($2::uuid[]) AS place)"


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


def matching_texts(search: str, args: Args) -> str:
    """A query for ids of texts with the words, the contact, the invoice or the link, wherever they are.

    `args` begins with the parameters of a scope.
    """
    words = f"plainto_tsquery('simple', {args.add(search)})"
    # The lists of many places together are nearly all texts, and reading them costs more than they save.
    at_places = f" && {_AT_PLACES}::tsquery" if len(args[1]) <= FEW_PLACES else ""
    parts = f"unnest({args.add(needles(search))}::text[]) AS needle (part)"
    return f"""
    -- message_words_idx
    SELECT message.id
    FROM message
    WHERE message.tenant_id = $1
        AND numnode({words}) > 0
        AND message_terms(message.body, message.location_id, message.at) @@ ({words}{at_places})
    UNION
    -- contact_grams_idx, conversation_contact_idx, message_conversation_idx
    SELECT message.id
    FROM {parts}
    JOIN contact
        ON contact.tenant_id = $1
        AND {contact_matches("needle.part")}
    JOIN conversation ON conversation.tenant_id = $1 AND conversation.contact_id = contact.id
    JOIN message ON message.tenant_id = $1 AND message.conversation_id = conversation.id
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
        AND strpos(lower(tracked_link.url), needle.part) > 0"""
