from enum import StrEnum


class TextEncoding(StrEnum):
    """How a text is encoded, which decides how much fits into a segment."""

    GSM_7 = "GSM_7"
    UCS_2 = "UCS_2"
