"""Creates people in the database of the environment: JSON in, JSON out. Run by `people.create` as a process."""

import json
import sys

import django

django.setup()

from django.contrib.auth.hashers import make_password  # noqa: E402

from accounts.models import Contact, User  # noqa: E402
from accounts.operations import people  # noqa: E402


def main() -> None:
    wanted = json.load(sys.stdin)
    # One hash for all: hashing is slow on purpose, and the world of a load test has hundreds of people.
    password = make_password(wanted["password"])
    made = [people.create(**fields, password=None) for fields in wanted["people"]]
    User.objects.filter(pk__in=[user.pk for user in made]).update(password=password)
    if wanted["acquainted"]:
        cast = made[:20]  # hundreds of a load meet in groups
        pairs = [Contact(owner=one, person=other) for one in cast for other in cast if one != other]
        Contact.objects.bulk_create(pairs)
    json.dump([str(user.pk) for user in made], sys.stdout)


if __name__ == "__main__":
    main()
