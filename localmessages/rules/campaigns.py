from enum import StrEnum


class CampaignStatus(StrEnum):
    """Where a campaign stands."""

    DRAFT = "DRAFT"
    SCHEDULED = "SCHEDULED"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    COMPLETED = "COMPLETED"
    CANCELED = "CANCELED"


class CampaignExclusion(StrEnum):
    """Why somebody gets no campaign text."""

    OPTED_OUT = "OPTED_OUT"
    BLOCKED = "BLOCKED"
    UNDELIVERABLE = "UNDELIVERABLE"
    INVALID_NUMBER = "INVALID_NUMBER"
    DUPLICATE = "DUPLICATE"
    NO_LOCATION = "NO_LOCATION"
    MISSING_VALUE = "MISSING_VALUE"
