"""`python -m bench.herd_talk COUNT CONVERSATION…`: a member of each says something COUNT times, as a worker would."""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatify.settings")
django.setup()

from chatify.lib.ids import uuid7  # noqa: E402
from messaging.models import Membership  # noqa: E402
from messaging.operations import messages  # noqa: E402

BODY = "the quick brown fox jumps over the lazy dog and " * 6


def main() -> None:
    """Say it."""
    for conversation in sys.argv[2:]:
        member = Membership.objects.filter(conversation_id=conversation).select_related("user").first()
        assert member is not None
        for _ in range(int(sys.argv[1])):
            messages.send(member.user, conversation=member.conversation_id, body=BODY, client_id=uuid7())


if __name__ == "__main__":
    main()
