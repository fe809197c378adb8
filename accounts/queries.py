"""The only readers of people and their sessions."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from uuid import UUID

from allauth.headless.tokens.strategies.jwt import internal as jwt
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.models import Session
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts import identity
from accounts.models import RetiredName, User, UserSession
from accounts.sessions import SessionStore
from chatify.lib import ids, paging, ratelimit, strain, text
from chatify.lib.errors import Forbidden, Invalid, NotFound

MOST_WORDS = 6
MOST_CALLED = 200
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
        strain.refuse("search")
        ratelimit.hit("people.search", actor.pk)
    people = _visible().exclude(pk=actor.pk).filter(_holding(words)).order_by("username")
    if cursor:
        people = people.filter(username__gt=paging.decode(cursor, str)[0])
    size = paging.clamp(limit)
    found = list(people[: size + 1])
    more = paging.encode(found[size - 1].username) if len(found) > size else None
    return paging.Page(found[:size], more)


def named(actor: User, words: Sequence[str], *, limit: int) -> list[User]:
    """The first of those whose name or username holds every word, for a search whose limit was counted already."""
    found = _visible().exclude(pk=actor.pk).filter(_holding([text.key(word) for word in words]))
    return list(found.order_by("username")[:limit])


def called(name: str) -> list[UUID]:
    """Who has this username, else everybody whose name holds all of its words, suspended or not. For narrowing what
    the asker may see anyway: it tells nobody that somebody exists."""
    words = text.key(name).split()[:MOST_WORDS]
    exact = User.objects.filter(username=" ".join(words)).values_list("pk", flat=True)
    found = User.objects.filter(_holding(words)).order_by("username").values_list("pk", flat=True)
    return list(exact) or (list(found[:MOST_CALLED]) if words else [])


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


def account(name: str) -> User:
    """Whoever has this username or e-mail, suspended or not: for operators. Raises NotFound."""
    folded = identity.fold_email(name.strip().removeprefix("@"))
    found = User.objects.filter(Q(username=folded) | Q(email=folded)).first()
    if found is None:
        raise NotFound("There is nobody with this username or e-mail.")
    return found


def username_taken(username: str) -> bool:
    """Whether somebody has this name, or had it when they deleted their account: nobody steps into another's shoes."""
    keys = [retired_key(username, secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    taken = User.objects.filter(username=username).exists()
    return taken or RetiredName.objects.filter(key__in=keys).exists()


def retired_key(username: str, secret: str | None = None) -> str:
    """What is kept of the name of a deleted account: nothing that can be read."""
    return salted_hmac("accounts.retired", username, secret=secret, algorithm="sha256").hexdigest()


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


# Second steps


@dataclass(frozen=True, slots=True)
class SecondSteps:
    """What somebody set up besides a password. `codes_left` is None without recovery codes."""

    app: Authenticator | None
    keys: tuple[Authenticator, ...]
    codes_left: int | None

    def __bool__(self) -> bool:
        return bool(self.app or self.keys)


def second_steps(user: User) -> SecondSteps:
    """The app, the keys by age, and how many recovery codes are left."""
    kinds = Authenticator.Type
    found = list(Authenticator.objects.filter(user=user).order_by("created_at", "pk"))
    codes = next((one.wrap() for one in found if one.type == kinds.RECOVERY_CODES), None)
    return SecondSteps(
        app=next((one for one in found if one.type == kinds.TOTP), None),
        keys=tuple(one for one in found if one.type == kinds.WEBAUTHN),
        codes_left=len(codes.get_unused_codes()) if codes else None,
    )


# Sessions


@dataclass(frozen=True, slots=True)
class SocketIdentity:
    """Who a socket belongs to, and the session that it lives and dies with."""

    user: User
    session_key: str


@dataclass(frozen=True, slots=True)
class Credential:
    """What a visitor shows: the session they name and, with a token, who the token says they are."""

    session_key: str
    user_id: str | None = None


def credential_of_cookie(value: str | None) -> Credential | None:
    """None for a value that is no session's key. Reads nothing."""
    key = SessionStore(value).session_key
    return Credential(key) if key else None


def credential_of_bearer(token: str | None) -> Credential | None:
    """None for anything but a JWT access token of ours. Reads nothing."""
    payload = jwt.decode_token(token, "access") if token else None
    key = SessionStore(jwt.session_key_from_sid(payload["sid"])).session_key if payload else None
    return Credential(key, payload["sub"]) if payload and key else None


def authenticate(credentials: Sequence[Credential | None]) -> list[SocketIdentity | None]:
    """The active person of each credential whose session is alive, or None. One query, however many are asked; two
    more where a session has no row among its person's."""
    keys = {shown.session_key for shown in credentials if shown}
    sessions, people = _listed_sessions(keys)
    if unlisted := keys - sessions.keys():
        others = _sessions(unlisted)
        sessions |= others
        people |= _people(data[SESSION_KEY] for data in others.values() if SESSION_KEY in data)
    return [_identity(shown, sessions, people) if shown else None for shown in credentials]


def authenticate_cookie(session_key: str | None) -> SocketIdentity | None:
    """The active person of a session cookie's value, or None. Reads nothing for a value that is no key."""
    return authenticate([credential_of_cookie(session_key)])[0]


def authenticate_bearer(token: str | None) -> SocketIdentity | None:
    """The active person of a JWT access token whose session is alive, or None."""
    return authenticate([credential_of_bearer(token)])[0]


def sessions_alive(pairs: Iterable[Pair]) -> set[Pair]:
    """Of `(user id, session key)` pairs, those that are **dead**: gone, expired, outdated or suspended.

    Two queries, however many pairs; the pairs come back as they were given.
    """
    asked = set(pairs)
    sessions = _sessions({key for _, key in asked})
    people = _people(user_id for user_id, _ in asked)
    return {pair for pair in asked if not _alive(sessions.get(pair[1]), people.get(str(pair[0])))}


def sessions_of(actor: User) -> list[UserSession]:
    """My sessions that are alive, the last used first."""
    rows = list(UserSession.objects.filter(user=actor))
    dead = sessions_alive((row.user_id, row.session_key) for row in rows)
    return [row for row in rows if (row.user_id, row.session_key) not in dead]


def session_alive(user_id: UUID | str, session_key: str) -> bool:
    return not sessions_alive([(user_id, session_key)])


def _listed_sessions(keys: Collection[str]) -> tuple[dict[str, dict[str, str]], dict[str, User]]:
    """The sessions among these that are noted with their person, and those people: one query for both tables. A
    session that is over has no data."""
    alive = Session.objects.filter(
        session_key=OuterRef("sessions__session_key"), expire_date__gt=timezone.now()
    )
    rows = _visible().filter(sessions__session_key__in=keys)
    found = rows.annotate(key=F("sessions__session_key"), kept=Subquery(alive.values("session_data")))
    sessions: dict[str, dict[str, str]] = {}
    people: dict[str, User] = {}
    for row in found if keys else ():
        sessions[row.key] = SessionStore().decode(row.kept) if row.kept else {}
        people[str(row.pk)] = row
    return sessions, people


def _sessions(keys: Collection[str]) -> dict[str, dict[str, str]]:
    rows = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    return {row.session_key: row.get_decoded() for row in rows}


def _people(identifiers: Iterable[UUID | str]) -> dict[str, User]:
    rows = _visible().filter(pk__in=set(identifiers))
    return {str(person.pk): person for person in rows}


def _identity(
    shown: Credential, sessions: Mapping[str, dict[str, str]], people: Mapping[str, User]
) -> SocketIdentity | None:
    data = sessions.get(shown.session_key, {})
    person = people.get(data.get(SESSION_KEY, ""))
    if person is None or not _fits(data, person) or shown.user_id not in (None, str(person.pk)):
        return None
    person.id = ids.kept(person.id)  # a socket spells it at every send
    return SocketIdentity(person, shown.session_key)


def _alive(data: dict[str, str] | None, person: User | None) -> bool:
    return data is not None and person is not None and _fits(data, person)


def _fits(data: dict[str, str], person: User) -> bool:
    """Whether a session still opens this person's account: password and nonce are unchanged, and the account is not
    being deleted (the pages alone let them in, to take that back)."""
    if person.leaves_at is not None:
        return False
    if data.get(SESSION_KEY) != str(person.pk) or not data.get(BACKEND_SESSION_KEY):
        return False
    kept = data.get(HASH_SESSION_KEY, "")
    hashes = [person.get_session_auth_hash(), *person.get_session_auth_fallback_hash()]
    return any(constant_time_compare(kept, value) for value in hashes)
