"""manage.py storage_report: how much there is, of what, and whose."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from media import policy, queries


class Command(BaseCommand):
    help = "Print files and bytes by kind and state, and the people who hold most."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--people", type=int, default=10, help="how many people to name (10)")

    def handle(self, *args: Any, **options: Any) -> None:
        for row in queries.totals():
            size = policy.in_words(row["bytes"] or 0)
            self.stdout.write(f"{row['kind']:<6} {row['state']:<10} {row['files']:>8} files  {size:>9}")
        made = queries.made()
        self.stdout.write(f"{'made of them':<17} {made.files:>8} files  {policy.in_words(made.bytes):>9}")
        for name, bytes in queries.largest_owners(max(0, options["people"])):
            self.stdout.write(f"{policy.in_words(bytes):>9}  {name}")
