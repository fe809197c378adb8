"""Addresses that mail came back from: marked where the mail server refuses one, free again where it takes one."""

from collections.abc import Mapping

from django.utils import timezone

from accounts.models import Bounce, User
from chatify.lib import db, ratelimit
from chatify.lib.text import clean_line

FOR_GOOD = range(500, 600)
LONGEST = 300


def note(refused: Mapping[str, tuple[int, bytes]]) -> bool:
    """What an SMTP server said of recipients. True where all of it is for good: no second try would help."""
    with db.atomic():
        for email, (code, words) in refused.items():
            if code in FOR_GOOD:
                _mark(email, code, words.decode("utf-8", "replace"))
    return all(code in FOR_GOOD for code, _ in refused.values())


def arrived(emails: list[str]) -> None:
    """The mail server took it: what was said of these addresses before is over."""
    Bounce.objects.filter(email__in=[email.lower() for email in emails]).delete()


def forget(actor: User) -> None:
    """Try their addresses again."""
    ratelimit.hit("mail.try", actor.pk)
    Bounce.objects.filter(user=actor).delete()


def _mark(email: str, code: int, words: str) -> None:
    for user in User.objects.filter(email__iexact=email):
        said = clean_line(" ".join(words.split())[:LONGEST], field="words", maximum=LONGEST, required=False)
        told = {"code": code, "words": said, "at": timezone.now()}
        Bounce.objects.update_or_create(user=user, email=email.lower(), defaults=told)
