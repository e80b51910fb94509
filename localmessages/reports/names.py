"""Contacts as people read them."""

from functools import lru_cache

import phonenumbers

from localmessages.reports.rows import ContactRow


@lru_cache(10_000)
def formatted_number(phone: str) -> str:
    """A number with its groups."""
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return phone
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def contact_name(row: ContactRow) -> str:
    """First and last name; the formatted number when neither is known."""
    name = " ".join(part for part in (row.first_name, row.last_name) if part).strip()
    return name or formatted_number(row.phone)
