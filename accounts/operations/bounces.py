"""Addresses that mail came back from: marked where the mail server refuses one, free again where it takes one."""

from collections.abc import Mapping

from django.utils import timezone

from accounts import returned
from accounts.models import Bounce, User
from chatify.lib import db, ratelimit
from chatify.lib.text import clean_foreign_line

FOR_GOOD = range(500, 600)
LONGEST = 300


def note(refused: Mapping[str, tuple[int, bytes]]) -> bool:
    """What an SMTP server said of recipients. True where all of it is for good: no second try would help."""
    with db.atomic():
        for email, (code, words) in refused.items():
            if code in FOR_GOOD:
                _mark(email, code, words.decode("utf-8", "replace"))
    return all(code in FOR_GOOD for code, _ in refused.values())


def came_back(report: returned.Report) -> list[str]:
    """What a mail says of letters of ours that were given up. Returns the addresses that were marked; an address that
    we did not write this letter to is left alone, whoever says so."""
    found = {
        address: failure
        for failure in report.failures
        for address in failure.addresses
        if returned.is_ours(report.letter, address)
    }
    with db.atomic():
        for email, failure in found.items():
            _mark(email, failure.code, failure.words, by_mail=True)
    return list(found)


def arrived(emails: list[str]) -> None:
    """The mail server took it: what it said of these addresses before is over."""
    Bounce.objects.filter(email__in=[email.lower() for email in emails], by_mail=False).delete()


def forget(actor: User) -> None:
    """Try their addresses again."""
    ratelimit.hit("mail.try", actor.pk)
    Bounce.objects.filter(user=actor).delete()


def _mark(email: str, code: int, words: str, *, by_mail: bool = False) -> None:
    for user in User.objects.filter(email__iexact=email):
        said = clean_foreign_line(words, maximum=LONGEST)
        told = {"code": code, "words": said, "by_mail": by_mail, "at": timezone.now()}
        Bounce.objects.update_or_create(user=user, email=email.lower(), defaults=told)
