"""Deleting one's account: two weeks to take it back, then name and traces go and what others were told stays.

What a row does with its person says what becomes of it: rows that would go with them (CASCADE) are deleted, rows that
would not (messages, events, reports) stay with somebody who is called "Deleted person" from then on.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import models
from django.utils import timezone

from accounts import avatars, identity, mail, queries
from accounts.events import ReachChanged, SessionsChanged
from accounts.models import AccountAct, RetiredName, User, UserSession
from accounts.models.user import Adders, Audience, new_nonce
from accounts.operations import exports, sessions
from chatify.jobs import operations as jobs
from chatify.lib import db, events
from chatify.lib.errors import Conflict, Invalid

KIND = "account.erase"
GRACE = timedelta(days=14)
NAME = "Deleted person"
MAIL = "account/email/leaving"

Step = Callable[[User], None]
_steps: list[Step] = []
# Rows that outlive their person although they belong to them: records, and places in a log.
_kept = {"accounts.accountact", "admin.logentry"}


def before_erasing(step: Step, *, keeps: Iterable[str] = ()) -> None:
    """Have `step(user)` called while an account is erased, after its name is gone; it may be called again. Rows of the
    models `keeps` ("app.model") stay."""
    if step not in _steps:
        _steps.append(step)
    _kept.update(keeps)


def ask(actor: User, *, typed: object) -> User:
    """Delete this account in two weeks; its person is signed out everywhere at once.

    Raises Invalid about `typed` unless it is the username, Conflict for the last one with all rights on this server.
    """
    if str(typed).strip().removeprefix("@").lower() != actor.username:
        raise Invalid.field("typed", f"Type your username, {actor.username}, so that this is no accident.")
    with db.atomic():
        user = User.objects.select_for_update().get(pk=actor.pk)
        if user.leaves_at is None:
            _refuse_last(user)
            user.leaves_at = timezone.now() + GRACE
            user.save(update_fields=["leaves_at"])
            at = user.leaves_at.isoformat()
            jobs.add(
                kind=KIND, key=f"{user.pk}:{at}", payload={"user": str(user.pk), "at": at}, due=user.leaves_at
            )
            sessions.end_all(user)
            _tell("asked", user)
    return user


def take_back(actor: User) -> User:
    """Keep the account after all; nothing happens where it is not being deleted."""
    with db.atomic():
        user = User.objects.select_for_update().get(pk=actor.pk)
        if user.leaves_at is not None and user.erased_at is None:
            user.leaves_at = None
            user.save(update_fields=["leaves_at"])
            _tell("kept", user)
            events.emit(SessionsChanged(user.pk))
    return user


def erase(payload: dict[str, Any]) -> None:
    """The work of an `account.erase` job; again it changes nothing, and after a failure it goes on."""
    user = User.objects.filter(pk=payload["user"], leaves_at=datetime.fromisoformat(payload["at"])).first()
    if (
        user is None
        or user.erased_at is not None
        or user.leaves_at is None
        or user.leaves_at > timezone.now()
    ):
        return
    _forget_person(user)
    exports.drop_all(user)
    for step in _steps:
        step(user)
    _forget_rows(user)


def _refuse_last(user: User) -> None:
    others = User.objects.filter(is_superuser=True, is_active=True, leaves_at=None).exclude(pk=user.pk)
    if user.is_superuser and not others.exists():
        raise Conflict("You are the only one with all rights here. Give them to somebody else first.")


def _forget_person(user: User) -> None:
    """First the names, so that whatever follows tells nobody who it was. The last mail goes to the old address."""
    if user.username.startswith(identity.GONE):
        return
    picture = user.avatar
    with db.atomic():
        _tell("done", user)
        RetiredName.objects.get_or_create(key=queries.retired_key(user.username))
        _empty(user)
        user.save()
        EmailAddress.objects.filter(user=user).delete()
        keys = UserSession.objects.filter(user=user).values_list("session_key", flat=True)
        Session.objects.filter(session_key__in=list(keys)).delete()
        events.emit(SessionsChanged(user.pk))
    avatars.remove(picture)


def _empty(user: User) -> None:
    name = f"{identity.GONE}{user.pk.hex[-20:]}"
    user.username, user.email, user.display_name = name, f"{name}@{name}.invalid", NAME
    for field in ("about", "status_text", "status_emoji", "time_zone", "language", "avatar"):
        setattr(user, field, "")
    user.status_until = user.last_seen_at = user.last_login = None
    user.shows_presence = user.shows_last_seen = user.shows_typing = user.shows_receipts = False
    user.audience, user.adders = Audience.NOBODY, Adders.CONTACTS
    user.is_active = user.is_staff = user.is_superuser = False
    user.settings = {}
    user.session_nonce = new_nonce()
    user.set_unusable_password()


def _forget_rows(user: User) -> None:
    with db.atomic():
        for relation in _own_relations():
            relation.related_model._base_manager.filter(**{relation.field.name: user}).delete()
        user.groups.clear()
        user.user_permissions.clear()
        AccountAct.objects.create(subject=user, act=AccountAct.ERASED, reason="As its person wished.")
        user.parted, user.erased_at = False, timezone.now()
        user.save(update_fields=["parted", "erased_at"])
        events.emit(ReachChanged((user.pk,)))


def _own_relations() -> Iterator[Any]:
    """Everything that points at a person and would go with them."""
    for field in User._meta.get_fields(include_hidden=True):
        points_here = field.auto_created and not field.concrete and (field.one_to_many or field.one_to_one)
        if not points_here or getattr(field, "on_delete", None) is not models.CASCADE:
            continue
        if field.related_model._meta.label_lower not in _kept:  # type: ignore[union-attr]
            yield field


def _tell(what: str, user: User) -> None:
    origin = settings.CHATIFY_ORIGINS[0]
    mail.tell(f"{MAIL}_{what}", user.email, {"at": user.leaves_at, "url": f"{origin}/settings/data/delete/"})
