"""Look at what the server leans on, and say in words what to do next."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.management.base import BaseCommand, CommandError, CommandParser

from chatify.doctor import outside, services
from chatify.doctor.finding import Finding

MARKS = {"good": "ok ", "unused": "-  ", "odd": "!  ", "bad": "BAD"}


class Command(BaseCommand):
    help = (
        "Look at database, Redis, worker, mail, push, files and clocks; exit 1 where something does not work."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--url",
            nargs="?",
            const=settings.CHATIFY_ORIGINS[0],
            help="look at the server from outside, too: its address (the first of CHATIFY_ORIGINS)",
        )
        parser.add_argument("--mail", metavar="ADDRESS", help="send a mail there")

    def handle(self, *args: Any, **options: Any) -> None:
        findings = services.all()
        if options["url"]:
            findings += outside.all(options["url"].rstrip("/"))
        for finding in findings:
            self._say(finding)
        if options["mail"]:
            self._write(options["mail"])
        if bad := sum(finding.state == "bad" for finding in findings):
            raise CommandError(f"{bad} {'thing does' if bad == 1 else 'things do'} not work.")

    def _say(self, finding: Finding) -> None:
        self.stdout.write(f"{MARKS[finding.state]} {finding.title}: {finding.said}")
        if finding.step:
            self.stdout.write(f"      -> {finding.step}")

    def _write(self, address: str) -> None:
        try:
            EmailMessage("Mail from Chatify", "It works.", to=[address]).send()
        except OSError as error:
            raise CommandError(f"The mail was refused: {error}") from None
        self.stdout.write(f"ok  A mail to {address} was handed over.")
