"""When a saved report goes out, as somebody wants it: checked, and as it is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID

from localmessages.actions.actor import Actor
from localmessages.rules.access import UserStatus
from localmessages.rules.exports import ExportFormat
from localmessages.rules.hours import Weekday
from localmessages.rules.refusal import LimitRefused, Refused, UserErrorCode
from localmessages.rules.saved_reports import MOST_RECIPIENTS
from localmessages.rules.schedules import ReportFrequency, Schedule, next_run
from localmessages.services import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedSchedule:
    """What was asked for; without a zone, the viewer's own."""

    frequency: ReportFrequency
    weekday: Weekday | None
    day_of_month: int | None
    at: str
    zone: str | None
    recipients: Sequence[str]
    format: ExportFormat


@dataclass(frozen=True, slots=True)
class CheckedSchedule:
    """What can be kept."""

    rule: Schedule
    recipient_ids: list[UUID]
    format: ExportFormat


def check_schedule(actor: Actor, wanted: WantedSchedule) -> CheckedSchedule:
    """Raise `Refused` for a schedule that says too little, or whose mails would go to nobody we know."""
    weekly = wanted.frequency is ReportFrequency.WEEKLY
    monthly = wanted.frequency is ReportFrequency.MONTHLY
    if weekly and wanted.weekday is None:
        raise _invalid("A weekly report needs its weekday.", "weekday", "Choose a day of the week.")
    if monthly and (wanted.day_of_month is None or not 1 <= wanted.day_of_month <= 31):
        raise _invalid("A monthly report needs its day, 1 to 31.", "dayOfMonth", "31 is the month's last.")
    if wanted.at == "24:00":
        raise _invalid("A day has no 24:00 of its own.", "at", "Use 00:00, the beginning of the next day.")
    rule = Schedule(
        wanted.frequency,
        time.fromisoformat(wanted.at),
        wanted.zone or _own_zone(actor),
        wanted.weekday if weekly else None,
        wanted.day_of_month if monthly else None,
    )
    return CheckedSchedule(rule, _recipients(actor, wanted.recipients), wanted.format)


def _own_zone(actor: Actor) -> str:
    person = actor.catalogue.people.get(actor.viewer.actor_id)
    if person is None or person.time_zone is None:
        raise _invalid("You have set no time zone yet.", "timeZone", "Give one, such as America/Chicago.")
    return person.time_zone


def _recipients(actor: Actor, addresses: Sequence[str]) -> list[UUID]:
    if not addresses:
        raise Refused(
            UserErrorCode.EMPTY,
            "The report would go to nobody.",
            field=["schedule", "recipients"],
            remedy="Give at least one address.",
        )
    if len(addresses) > MOST_RECIPIENTS:
        raise LimitRefused(
            f"A report goes to at most {MOST_RECIPIENTS} people; these are {len(addresses)}.",
            limit=MOST_RECIPIENTS,
            given=len(addresses),
            field=["schedule", "recipients"],
            remedy="Save it twice, for half of them each.",
        )
    people = {
        person.email.lower(): person.id
        for person in actor.catalogue.people.values()
        if person.status is not UserStatus.FORMER
    }
    for position, address in enumerate(addresses):
        if address.lower() not in people:
            raise Refused(
                UserErrorCode.INVALID,
                f"{address} is nobody's address in this account.",
                field=["schedule", "recipients", str(position)],
                remedy="Reports go to people of the account: invite them first.",
            )
    return list(dict.fromkeys(people[address.lower()] for address in addresses))


def _invalid(message: str, name: str, remedy: str) -> Refused:
    return Refused(UserErrorCode.INVALID, message, field=["schedule", name], remedy=remedy)


async def keep_schedule(
    tx: Transaction, tenant_id: UUID, saved_report_id: UUID, schedule: CheckedSchedule, now: datetime
) -> None:
    """Put it in the place of an older one."""
    rule = schedule.rule
    # report_schedule_pkey
    await tx.connection.execute(
        """
        INSERT INTO report_schedule
            (tenant_id, saved_report_id, frequency, weekday, day_of_month, local_time, time_zone,
             recipient_ids, format, next_run_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (tenant_id, saved_report_id) DO UPDATE SET
            frequency = excluded.frequency, weekday = excluded.weekday,
            day_of_month = excluded.day_of_month, local_time = excluded.local_time,
            time_zone = excluded.time_zone, recipient_ids = excluded.recipient_ids,
            format = excluded.format, next_run_at = excluded.next_run_at
        """,
        tenant_id,
        saved_report_id,
        rule.frequency,
        rule.weekday,
        rule.day_of_month,
        rule.at.strftime("%H:%M"),
        rule.zone,
        schedule.recipient_ids,
        schedule.format,
        next_run(rule, now),
    )


async def drop_schedule(tx: Transaction, tenant_id: UUID, saved_report_id: UUID) -> None:
    """No more mails."""
    # report_schedule_pkey
    await tx.connection.execute(
        "DELETE FROM report_schedule WHERE tenant_id = $1 AND saved_report_id = $2",
        tenant_id,
        saved_report_id,
    )


def rule_of(row: Any) -> Schedule:
    """The rule in a row of the table, or in what was read of it."""
    return Schedule(
        ReportFrequency(row["frequency"]),
        time.fromisoformat(row["local_time"]),
        row["time_zone"],
        Weekday(row["weekday"]) if row["weekday"] else None,
        row["day_of_month"],
    )
