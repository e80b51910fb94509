from enum import StrEnum


class Role(StrEnum):
    """What a person may do where the role holds. Each includes the ones below it."""

    OWNER = "OWNER"
    MANAGER = "MANAGER"
    AGENT = "AGENT"
    VIEWER = "VIEWER"


class UserStatus(StrEnum):
    """Whether a person can sign in."""

    INVITED = "INVITED"
    ACTIVE = "ACTIVE"
    FORMER = "FORMER"


class ApiScope(StrEnum):
    """What an API key may do."""

    READ_CONVERSATIONS = "READ_CONVERSATIONS"
    WRITE_CONVERSATIONS = "WRITE_CONVERSATIONS"
    TRANSFER = "TRANSFER"
    PAYMENTS = "PAYMENTS"
    CAMPAIGNS = "CAMPAIGNS"
    REPORTS = "REPORTS"
    SETTINGS = "SETTINGS"
    PEOPLE = "PEOPLE"
