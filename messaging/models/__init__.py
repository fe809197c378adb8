"""The log and who may read it."""

from messaging.models.conversation import Conversation, LogEpoch
from messaging.models.event import Event
from messaging.models.membership import Membership
from messaging.models.message import Message, MessageVersion
from messaging.models.report import Report, ReportAct

__all__ = [
    "Conversation",
    "Event",
    "LogEpoch",
    "Membership",
    "Message",
    "MessageVersion",
    "Report",
    "ReportAct",
]
