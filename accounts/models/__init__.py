from accounts.models.act import AccountAct
from accounts.models.address import AddressChange
from accounts.models.block import Block
from accounts.models.bounce import Bounce
from accounts.models.contact import Contact, ContactRequest
from accounts.models.export import Export
from accounts.models.retired import RetiredName
from accounts.models.session import Device, UserSession
from accounts.models.subscription import PushSubscription
from accounts.models.user import User

__all__ = [
    "AccountAct",
    "AddressChange",
    "Block",
    "Bounce",
    "Contact",
    "ContactRequest",
    "Device",
    "Export",
    "PushSubscription",
    "RetiredName",
    "User",
    "UserSession",
]
