"""The log and who may read it."""

from messaging.models.attachment import Attachment, sort_of
from messaging.models.change import InboxChange
from messaging.models.conversation import Conversation, LogEpoch
from messaging.models.draft import KeptDraft
from messaging.models.event import Event
from messaging.models.hidden import HiddenMessage
from messaging.models.imported import MailImport, MailReference
from messaging.models.invitation import Invitation, Joining
from messaging.models.label import Label, Labelling
from messaging.models.membership import Membership
from messaging.models.mention import Mention
from messaging.models.message import Message, MessageVersion, Reacted, VersionReader
from messaging.models.notice import Notice
from messaging.models.preview import LinkedPage, Preview
from messaging.models.reaction import Reaction
from messaging.models.receipt import StoppedReceipt
from messaging.models.report import Report, ReportAct
from messaging.models.scheduled import Scheduled
from messaging.models.search import SearchEntry, SearchProgress
from messaging.models.star import Star
from messaging.models.unsettled import Unsettled

__all__ = [
    "Attachment",
    "Conversation",
    "Event",
    "HiddenMessage",
    "InboxChange",
    "Invitation",
    "Joining",
    "KeptDraft",
    "Label",
    "Labelling",
    "LinkedPage",
    "LogEpoch",
    "MailImport",
    "MailReference",
    "Membership",
    "Mention",
    "Message",
    "MessageVersion",
    "Notice",
    "Preview",
    "Reacted",
    "Reaction",
    "Report",
    "ReportAct",
    "Scheduled",
    "SearchEntry",
    "SearchProgress",
    "Star",
    "StoppedReceipt",
    "Unsettled",
    "VersionReader",
    "sort_of",
]
