from enum import StrEnum


class OutOfHours(StrEnum):
    """What a response time does with the hours in which a location is closed."""

    EXCLUDE = "EXCLUDE"
    PAUSE = "PAUSE"
    INCLUDE = "INCLUDE"


class WindowLength(StrEnum):
    """A length of time that ends now."""

    DAYS_7 = "DAYS_7"
    DAYS_30 = "DAYS_30"
