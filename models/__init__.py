"""The tables. One file each; `models/migrations` makes them, and a test compares the two."""

from models.account import Account
from models.api_key import ApiKey
from models.audit_entry import AuditEntry
from models.bulk_transfer import BulkTransfer
from models.bulk_transfer_result import BulkTransferResult
from models.campaign import Campaign
from models.campaign_hour import CampaignHour
from models.campaign_location import CampaignLocation
from models.campaign_recipient import CampaignRecipient
from models.consent_change import ConsentChange
from models.contact import Contact
from models.conversation import Conversation
from models.conversation_change import ConversationChange
from models.conversation_day import ConversationDay
from models.conversation_read import ConversationRead
from models.conversation_tag import ConversationTag
from models.export import Export
from models.failed_attempt import FailedAttempt
from models.file_to_remove import FileToRemove
from models.idempotency_key import IdempotencyKey
from models.link_click import LinkClick
from models.live_event import LiveEvent
from models.live_scope import LiveScope
from models.location import Location
from models.location_hours import LocationHours
from models.location_number import LocationNumber
from models.mail import Mail
from models.mail_recipient import MailRecipient
from models.media import Media
from models.membership import Membership
from models.message import Message
from models.message_hour import MessageHour
from models.message_hour_delta import MessageHourDelta
from models.message_status import MessageStatus
from models.note import Note
from models.notification import Notification
from models.one_time_token import OneTimeToken
from models.payment_event import PaymentEvent
from models.payment_request import PaymentRequest
from models.recovery_code import RecoveryCode
from models.replay_line import ReplayLine
from models.report_run import ReportRun
from models.report_schedule import ReportSchedule
from models.saved_report import SavedReport
from models.second_factor import SecondFactor
from models.session import Session
from models.tag import Tag
from models.tracked_link import TrackedLink
from models.transfer import Transfer
from models.user import User
from models.wait import Wait

__all__ = [
    "Account",
    "ApiKey",
    "AuditEntry",
    "BulkTransfer",
    "BulkTransferResult",
    "Campaign",
    "CampaignHour",
    "CampaignLocation",
    "CampaignRecipient",
    "ConsentChange",
    "Contact",
    "Conversation",
    "ConversationChange",
    "ConversationDay",
    "ConversationRead",
    "ConversationTag",
    "Export",
    "FailedAttempt",
    "FileToRemove",
    "IdempotencyKey",
    "LinkClick",
    "LiveEvent",
    "LiveScope",
    "Location",
    "LocationHours",
    "LocationNumber",
    "Mail",
    "MailRecipient",
    "Media",
    "Membership",
    "Message",
    "MessageHour",
    "MessageHourDelta",
    "MessageStatus",
    "Note",
    "Notification",
    "OneTimeToken",
    "PaymentEvent",
    "PaymentRequest",
    "RecoveryCode",
    "ReplayLine",
    "ReportRun",
    "ReportSchedule",
    "SavedReport",
    "SecondFactor",
    "Session",
    "Tag",
    "TrackedLink",
    "Transfer",
    "User",
    "Wait",
]
