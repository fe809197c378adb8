"""Make somebody of staff, who may open the administration."""

from typing import Any

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from accounts.operations import people
from chatify.lib.errors import ChatifyError


class Command(BaseCommand):
    help = (
        "Make an account of staff. Without a password its person signs in by a mailed code. "
        "With --password it is read from one line of standard input, so that no process list shows it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("username")
        parser.add_argument("--name", default="", help="the name that others see")
        parser.add_argument("--all-rights", action="store_true", help="may do everything (a superuser)")
        parser.add_argument("--password", action="store_true", help="read a password from standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        made = {"email": options["email"], "username": options["username"], "display_name": options["name"]}
        password = self._password(User(**made)) if options["password"] else None
        try:
            user = people.create(**made, password=password, is_staff=True, is_superuser=options["all_rights"])
        except ChatifyError as error:
            raise CommandError(error.detail) from None
        self.stdout.write(f"{user.username} <{user.email}> is of staff and can sign in.")

    def _password(self, user: User) -> str:
        password = (self._input() or "").rstrip("\r\n")
        try:
            password_validation.validate_password(password, user)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        return password

    def _input(self) -> str:
        try:
            return input()
        except EOFError:
            raise CommandError("Give the password as one line on standard input.") from None
