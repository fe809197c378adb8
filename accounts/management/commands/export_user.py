"""Write somebody's own data into a folder, as they would download it."""

import re
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts import queries
from accounts.operations import exports
from chatify.lib.errors import ChatifyError


class Command(BaseCommand):
    help = "Write the data of the account with this username or e-mail as one zip into a folder."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="username or e-mail")
        parser.add_argument("--to", required=True, type=Path, help="the folder; it is made when missing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = queries.account(options["user"])
        except ChatifyError as error:
            raise CommandError(error.detail) from None
        name = re.sub(r"[^a-z0-9._-]", "-", user.username)
        target = options["to"] / f"chatify-{name}-{timezone.now():%Y-%m-%d}.zip"
        try:
            counts = exports.write_whole(user, target)
        except OSError as error:
            raise CommandError(f"{target} could not be written: {error.strerror}.") from None
        told = ", ".join(f"{number} {what.replace('_', ' ')}" for what, number in counts.items())
        self.stdout.write(f"{target}: {told}.")
