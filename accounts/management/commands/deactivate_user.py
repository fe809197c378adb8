"""Suspend an account, or restore it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import queries
from accounts.operations import people
from chatify.lib.errors import ChatifyError


class Command(BaseCommand):
    help = "Suspend the account with this username or e-mail: no sign-in, and its sessions stop at once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="username or e-mail")
        parser.add_argument("--reason", required=True, help="kept in the history of the account")
        parser.add_argument("--undo", action="store_true", help="restore it instead")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = queries.account(options["user"])
            if user.is_active == options["undo"]:
                raise CommandError(
                    f"{user.username} is {'active' if user.is_active else 'suspended'} already."
                )
            act = people.restore if options["undo"] else people.suspend
            act(user, reason=options["reason"])
        except ChatifyError as error:
            raise CommandError(error.detail) from None
        self.stdout.write(f"{user.username} is {'active' if user.is_active else 'suspended'}.")
