"""The lines of a replay log, each as what it says."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    field_validator,
    model_validator,
)

from localmessages.rules.access import Role
from localmessages.rules.delivery import MessageOrigin
from localmessages.rules.hours_json import holidays_from_json, weekly_from_json
from localmessages.rules.location import LocationKind
from localmessages.rules.payments import PaymentEventKind
from localmessages.rules.windows import is_zone

Id = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]+$")]
Phone = Annotated[str, StringConstraints(pattern=r"^\+[1-9]\d{5,14}$")]


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("a NUL character cannot be kept")
    return text


Text = Annotated[str, StringConstraints(max_length=10_000), AfterValidator(_without_nul)]
Code = Annotated[str, StringConstraints(max_length=20)]


class Line(BaseModel):
    """What every line has."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    # The log's own id of the line, where nothing else in it is one.
    key: Id | None = None


class Dated(Line):
    """A line of something that happened."""

    at: AwareDatetime


class _Coded(Dated):
    @field_validator("error_code", "refused", mode="before", check_fields=False)
    @classmethod
    def _as_text(cls, value: Any) -> Any:
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class AccountLine(Line):
    do: Literal["account"]
    id: Id
    name: Text
    parent: Id | None = None


class _WithHours(Line):
    hours: Any = None
    holidays: Any = None

    @field_validator("hours")
    @classmethod
    def _check_hours(cls, value: Any) -> Any:
        weekly_from_json(value)
        return value

    @field_validator("holidays")
    @classmethod
    def _check_holidays(cls, value: Any) -> Any:
        holidays_from_json(value)
        return value


class LocationLine(_WithHours):
    do: Literal["location"]
    id: Id
    account: Id
    name: Text
    kind: LocationKind
    timezone: str
    phone: Phone
    auto_reply: Text | None = None

    @field_validator("timezone")
    @classmethod
    def _check_zone(cls, value: str) -> str:
        if not is_zone(value):
            raise ValueError(f"{value!r} is no IANA time zone")
        return value


class UserLine(Line):
    do: Literal["user"]
    id: Id
    name: Text
    email: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$", max_length=320)]
    role: Role
    account: Id | None = None
    locations: list[Id] | None = None

    @model_validator(mode="after")
    def _one_place(self) -> "UserLine":
        if (self.account is None) == (not self.locations):
            raise ValueError("a user has an `account` or `locations`")
        if self.role is Role.OWNER and self.account is None:
            raise ValueError("an OWNER is one of an account")
        return self


class CampaignLine(Line):
    do: Literal["campaign"]
    id: Id
    account: Id
    name: Text


class TagLine(Line):
    do: Literal["tag"]
    id: Id
    account: Id
    name: Text


class InboundLine(Dated):
    do: Literal["inbound"]
    sid: Id
    from_: Phone = Field(alias="from")
    to: Phone
    body: Text
    name: Text | None = None


class LinkPart(Line):
    slug: Id
    url: Text


class PaymentPart(Line):
    invoice: Id
    amount: Annotated[Decimal, Field(gt=0, max_digits=14, decimal_places=3)]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class OutboundLine(_Coded):
    do: Literal["outbound"]
    sid: Id
    from_: Phone = Field(alias="from")
    to: Phone
    body: Text
    origin: MessageOrigin
    agent: Id | None = None
    campaign: Id | None = None
    link: LinkPart | None = None
    payment: PaymentPart | None = None
    refused: Code | None = None

    @model_validator(mode="after")
    def _payment_needs_link(self) -> "OutboundLine":
        if self.payment is not None and self.link is None:
            raise ValueError("a `payment` needs a `link`")
        return self


class StatusLine(_Coded):
    do: Literal["status"]
    sid: Id
    status: Literal["queued", "sending", "sent", "delivered", "undelivered", "failed", "read"]
    error_code: Code | None = None


class ClickLine(Dated):
    do: Literal["click"]
    slug: Id
    user_agent: Text | None = None
    method: Annotated[str, StringConstraints(max_length=20)] = "GET"


class PayLine(Dated):
    do: Literal["pay"]
    invoice: Id
    status: Literal["paid", "failed", "voided", "refunded"]
    amount: Annotated[Decimal, Field(gt=0, max_digits=14, decimal_places=3)] | None = None
    card: Annotated[str, StringConstraints(max_length=40)] | None = None

    @property
    def kind(self) -> PaymentEventKind:
        return PaymentEventKind(self.status.upper())


class TransferLine(Dated):
    do: Literal["transfer"]
    contact: Phone
    from_: Id = Field(alias="from")
    to: Id
    by: Id
    note: Text | None = None
    notify: Text | None = None
    sid: Id | None = None


class _About(Dated):
    contact: Phone
    location: Id
    by: Id | None = None


class ActLine(_About):
    do: Literal["close", "reopen", "block", "unblock", "opt_out", "opt_in"]


class AssignLine(_About):
    do: Literal["assign"]
    agent: Id | None


class TagActLine(_About):
    do: Literal["tag_on", "tag_off"]
    tag: Id


class NoteLine(Dated):
    do: Literal["note"]
    contact: Phone
    location: Id
    by: Id
    body: Text


class HoursLine(Dated, _WithHours):
    do: Literal["hours"]
    location: Id


class LeaveLine(Dated):
    do: Literal["leave"]
    user: Id


SetUpLine = AccountLine | LocationLine | UserLine | CampaignLine | TagLine
CustomerLine = InboundLine | OutboundLine | TransferLine | ActLine | AssignLine | TagActLine | NoteLine
AnyLine = SetUpLine | CustomerLine | StatusLine | ClickLine | PayLine | HoursLine | LeaveLine

_parser: TypeAdapter[AnyLine] = TypeAdapter(Annotated[AnyLine, Field(discriminator="do")])


def parse_line(text: str | bytes) -> AnyLine:
    """What a line says; `ValueError` with the reason when it is malformed."""
    try:
        return _parser.validate_json(text)
    except ValidationError as errors:
        raise ValueError("; ".join(_reason(error) for error in errors.errors()[:3])) from None


def _reason(error: Any) -> str:
    path = [str(part) for part in error["loc"][1:]]
    message = error["msg"].removeprefix("Value error, ")
    return f"`{'.'.join(path)}`: {message}" if path else message
