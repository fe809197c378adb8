"""People, for programs: one router per noun."""

from ninja import Router

from accounts.api import blocks, contacts, people, sessions
from accounts.api.people import Person, asker

__all__ = ["Person", "asker", "router"]

router = Router()
for noun in (people, contacts, blocks, sessions):
    router.add_router("", noun.router)
