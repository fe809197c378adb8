"""Fill the inbox with invented people and conversations, for a first look."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from chatify.demo import world
from chatify.demo.people import SIGN_INS


class Command(BaseCommand):
    help = "Make the demo world: people, chats, groups and mail. Running it again changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo people have published passwords: not in production.")
        sent = world.build(timezone.now())
        self.stdout.write(f"{sent} messages sent. Sign in as:")
        for person in SIGN_INS:
            self.stdout.write(f"{person.username}  {person.email}  {person.password}")
