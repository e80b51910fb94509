"""Finding by what people type: words of a text, or part of a name or number."""

import re
from collections.abc import Sequence
from uuid import UUID

from localmessages.reports.rows import Args

SHORTEST = 2

_WRITTEN_NUMBER = re.compile(r"[+\d\s().\-/]+", re.ASCII)
_NO_DIGITS = re.compile(r"[^+\d]", re.ASCII)


class SearchTooShort(ValueError):
    """One character would find everything."""

    def __init__(self) -> None:
        super().__init__(f"Give at least {SHORTEST} characters to search for.")


def needles(search: str) -> list[str]:
    """What to look for inside names and numbers; `SearchTooShort` for a single character."""
    if len(search.strip()) < SHORTEST:
        raise SearchTooShort
    return [part for part in parts(search) if len(part) >= SHORTEST]


def parts(search: str) -> list[str]:
    """The text without regard to case, and a number also without its punctuation."""
    text = search.strip().lower()
    digits = _NO_DIGITS.sub("", text)
    return [text, digits] if digits not in ("", text) and _WRITTEN_NUMBER.fullmatch(text) else [text]


def contains(search: str, *texts: str) -> bool:
    """Whether one of the texts has what was searched for in it."""
    return any(part in text.lower() for part in parts(search) for text in texts)


def contact_matches(needle: str) -> str:
    """The condition on a `contact` whose name or number has `needle` in it (contact_grams_idx)."""
    return (
        f"grams(contact.name || ' ' || contact.phone) @> grams({needle})\n"
        f"        AND strpos(lower(contact.name || ' ' || contact.phone), {needle}) > 0"
    )


def matching_conversations(search: str, location_ids: Sequence[UUID], args: Args) -> str:
    """A query for ids of conversations, at these locations or others, with the words or the contact.

    A text was said at a location, and stays there when its conversation moves on: so besides the texts of
    these locations, those of the conversations that came to them by transfer are looked through.
    """
    words = f"plainto_tsquery('simple', {args.add(search)})"
    at_places = args.add(" | ".join(f"'L{place}'" for place in location_ids))
    places = args.add(location_ids)
    return f"""
    -- message_words_idx
    SELECT message.conversation_id AS id
    FROM message
    WHERE message.tenant_id = $1
        AND numnode({words}) > 0
        AND message_terms(message.body, message.location_id, message.at)
            @@ ({words} && {at_places}::text::tsquery)
    UNION
    -- transfer_at_idx, message_conversation_idx
    SELECT message.conversation_id
    FROM transfer
    JOIN message
        ON message.tenant_id = transfer.tenant_id AND message.conversation_id = transfer.conversation_id
    WHERE transfer.tenant_id = $1
        AND (
            transfer.to_location_id = ANY({places}::uuid[])
            OR transfer.undone_at IS NOT NULL AND transfer.from_location_id = ANY({places}::uuid[])
        )
        AND NOT message.location_id = ANY({places}::uuid[])
        AND to_tsvector('simple', message.body) @@ {words}
    UNION
    -- contact_grams_idx, conversation_contact_idx
    SELECT conversation.id
    FROM unnest({args.add(needles(search))}::text[]) AS needle (part)
    JOIN contact
        ON contact.tenant_id = $1
        AND {contact_matches("needle.part")}
    JOIN conversation
        ON conversation.tenant_id = contact.tenant_id AND conversation.contact_id = contact.id"""
