"""People, for programs: one router per noun."""

from ninja import Router

from accounts.api import contacts, push, sessions
from accounts.api.people import Person, PersonProfile, asker

__all__ = ["Person", "PersonProfile", "asker", "router"]

router = Router()
for noun in (contacts, push, sessions):
    router.add_router("", noun.router)
