"""manage.py verify_counts: count every unread number again and name those that differ."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from messaging.queries import tally


class Command(BaseCommand):
    help = "Count what is unread anew, row by row and filter by filter; exit 1 and name what differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username", nargs="*", help="whose inboxes to check (default: everybody's)")

    def handle(self, *args: Any, **options: Any) -> None:
        people = self._chosen(options["username"])
        found = 0
        for person in people:
            for difference in tally.differences(person):
                found += 1
                self.stdout.write(str(difference))
        if found:
            raise CommandError(f"{found} differences in the inboxes of {len(people)} people.")
        self.stdout.write(f"{len(people)} people checked: 0 differences.")

    def _chosen(self, usernames: list[str]) -> list[User]:
        people = tally.people()
        if not usernames:
            return people
        chosen = [person for person in people if person.username in usernames]
        if missing := set(usernames) - {person.username for person in chosen}:
            raise CommandError(f"@{min(missing)} is in no conversation.")
        return chosen
