from enum import StrEnum


class Keyword(StrEnum):
    """What a text that is nothing but a keyword asks for. It opens no wait."""

    OPT_OUT = "OPT_OUT"
    OPT_IN = "OPT_IN"
    HELP = "HELP"


class ConsentState(StrEnum):
    """Which way a change of consent went."""

    OPTED_OUT = "OPTED_OUT"
    OPTED_IN = "OPTED_IN"


class ConsentMethod(StrEnum):
    """How a change of consent came about."""

    KEYWORD = "KEYWORD"
    MANUAL = "MANUAL"
    CARRIER = "CARRIER"
    IMPORT = "IMPORT"


class OptOutCause(StrEnum):
    """What came right before an opt-out in the conversation."""

    PAYMENT_LINK = "PAYMENT_LINK"
    CAMPAIGN = "CAMPAIGN"
    MESSAGE = "MESSAGE"
    NONE = "NONE"
