"""Write one conversation into a folder, as one of its members would download it."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts import queries
from accounts.operations import exports
from chatify.lib.errors import ChatifyError
from messaging.queries import access


class Command(BaseCommand):
    help = "Write what a member may read of a conversation as one zip into a folder."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("conversation", help="its id")
        parser.add_argument("--member", required=True, help="username or e-mail")
        parser.add_argument("--to", required=True, type=Path, help="the folder; it is made when missing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = queries.account(options["member"])
            found = access.conversation_for(user, options["conversation"])
        except ChatifyError as error:
            raise CommandError(error.detail) from None
        target = options["to"] / f"chatify-conversation-{found.pk}-{timezone.now():%Y-%m-%d}.zip"
        try:
            counts = exports.write_whole(user, target, subject=found.pk)
        except OSError as error:
            raise CommandError(f"{target} could not be written: {error.strerror}.") from None
        told = ", ".join(f"{number} {what}" for what, number in counts.items())
        self.stdout.write(f"{target}: {told}.")
