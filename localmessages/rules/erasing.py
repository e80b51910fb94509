from uuid import UUID

from localmessages.rules.refusal import Refused, UserErrorCode

ERASED_NAME = "Erased contact"


def nobodys_number(contact_id: UUID) -> str:
    """A number for the place of theirs: no country's begins with 0, so it is never anybody's."""
    return f"+0{contact_id.int % 10**13:013d}"


def check_confirmed(phone: str, confirmed: str) -> None:
    """Raise `Refused` unless the number was typed that belongs to the contact."""
    if phone != confirmed:
        raise Refused(
            UserErrorCode.INVALID,
            "That is not the contact's number.",
            field=["confirmPhone"],
            remedy="Type the number of the contact whom you want to erase.",
        )
