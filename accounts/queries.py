"""The only readers of people and their sessions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from uuid import UUID

from allauth.headless.tokens.strategies.jwt import internal as jwt
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.models import Session
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts import identity
from accounts.models import User
from accounts.sessions import SessionStore
from chatify.lib import ids, paging, ratelimit, text
from chatify.lib.errors import Forbidden, Invalid, NotFound

MOST_WORDS = 6
Pair = tuple[UUID | str, str]


# People


def find_people(
    actor: User | AnonymousUser, q: str = "", *, cursor: str | None = None, limit: int = 20
) -> paging.Page[User]:
    """People whose name or username holds every word of `q`, by username; never by e-mail, never oneself.

    Raises Forbidden when signed out, Invalid for a cursor that is none, TooMany when asking too often.
    """
    if not actor.is_authenticated:
        raise Forbidden("Sign in to find people.")
    words = text.key(text.clean_query(q)).split()[:MOST_WORDS]
    if words:  # a later page too: anybody can write a cursor
        ratelimit.hit("people.search", actor.pk)
    people = _visible().exclude(pk=actor.pk).filter(_holding(words)).order_by("username")
    if cursor:
        people = people.filter(username__gt=paging.decode(cursor, str)[0])
    size = paging.clamp(limit)
    found = list(people[: size + 1])
    more = paging.encode(found[size - 1].username) if len(found) > size else None
    return paging.Page(found[:size], more)


def person_by_username(actor: User | AnonymousUser, username: str) -> User:
    """Raises NotFound for a name that nobody active has."""
    name = username.strip().removeprefix("@").lower()
    if not identity.USERNAME.fullmatch(name):
        raise NotFound("There is nobody with this name.")
    person = _visible().filter(username=name).first()
    if person is None:
        raise NotFound("There is nobody with this name.")
    return person


def people_by_usernames(actor: User, usernames: Iterable[str]) -> dict[str, User]:
    """Who is called so, by the name as it was given; names that nobody active has are left out. One query."""
    asked = {name: name.strip().removeprefix("@").lower() for name in usernames}
    wanted = {name for name in asked.values() if identity.USERNAME.fullmatch(name)}
    found = {user.username: user for user in _visible().filter(username__in=wanted)}
    return {name: found[username] for name, username in asked.items() if username in found}


def person(actor: User, identifier: UUID | str) -> User:
    """Raises NotFound for anything that is not the id of an active person."""
    return people_by_ids(actor, [identifier])[0]


def people_by_ids(actor: User, identifiers: Iterable[UUID | str]) -> list[User]:
    """The people of these ids, in this order, each once. Raises NotFound if one is unknown or inactive."""
    wanted = list(dict.fromkeys(_parsed(value) for value in identifiers))
    found = _visible().in_bulk(wanted)
    if len(found) < len(wanted):
        raise NotFound("One of these people does not exist.")
    return [found[key] for key in wanted]


def username_taken(username: str) -> bool:
    return User.objects.filter(username=username).exists()


def _visible() -> QuerySet[User]:
    return User.objects.filter(is_active=True)


def _holding(words: Sequence[str]) -> Q:
    # A word may be typed with the @ of a mention; an address has one inside and so finds nobody.
    terms = (Q(search_key__contains=word.removeprefix("@")) for word in words)
    return reduce(lambda all_of, term: all_of & term, terms, Q())


def _parsed(value: UUID | str) -> UUID:
    try:
        return ids.parse(value)
    except Invalid:
        raise NotFound("There is nobody with this id.") from None


# Sessions


@dataclass(frozen=True, slots=True)
class SocketIdentity:
    """Who a socket belongs to, and the session that it lives and dies with."""

    user: User
    session_key: str


def authenticate_cookie(session_key: str | None) -> SocketIdentity | None:
    """The active person of a session cookie's value, or None. Reads nothing for a value that is no key."""
    store = SessionStore(session_key)
    data = store.load() if store.session_key else {}
    if SESSION_KEY not in data:
        return None
    person = _visible().filter(pk=data[SESSION_KEY]).first()
    return SocketIdentity(person, str(session_key)) if person and _fits(data, person) else None


def authenticate_bearer(token: str | None) -> SocketIdentity | None:
    """The active person of a JWT access token whose session is alive, or None."""
    found = jwt.validate_access_token(token) if token else None
    if found is None:
        return None
    person, payload = found
    session_key = jwt.session_key_from_sid(payload["sid"])
    return SocketIdentity(person, session_key) if session_key else None


def sessions_alive(pairs: Iterable[Pair]) -> set[Pair]:
    """Of `(user id, session key)` pairs, those that are **dead**: gone, expired, outdated or suspended.

    Two queries, however many pairs; the pairs come back as they were given.
    """
    asked = set(pairs)
    sessions = {
        row.session_key: row.get_decoded()
        for row in Session.objects.filter(
            session_key__in={key for _, key in asked}, expire_date__gt=timezone.now()
        )
    }
    users = _visible().filter(pk__in={user_id for user_id, _ in asked})
    people = {str(person.pk): person for person in users}
    return {pair for pair in asked if not _alive(sessions.get(pair[1]), people.get(str(pair[0])))}


def session_alive(user_id: UUID | str, session_key: str) -> bool:
    return not sessions_alive([(user_id, session_key)])


def _alive(data: dict[str, str] | None, person: User | None) -> bool:
    return data is not None and person is not None and _fits(data, person)


def _fits(data: dict[str, str], person: User) -> bool:
    """Whether a session still opens this person's account: password and nonce are unchanged."""
    if data.get(SESSION_KEY) != str(person.pk) or not data.get(BACKEND_SESSION_KEY):
        return False
    kept = data.get(HASH_SESSION_KEY, "")
    hashes = [person.get_session_auth_hash(), *person.get_session_auth_fallback_hash()]
    return any(constant_time_compare(kept, value) for value in hashes)
