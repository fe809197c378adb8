"""UUIDv7 identifiers: sortable by time of birth, unguessable, the same on every database."""

from uuid import UUID, SafeUUID

from uuid_utils import uuid7 as _uuid7

from chatify.lib.errors import Invalid

__all__ = ["parse", "twin", "uuid7"]

_put = object.__setattr__
_UNKNOWN = SafeUUID.unknown


def twin() -> tuple[UUID, str]:
    """Return a new time-ordered identifier (RFC 9562), and the same as text.

    The log needs both of two for every message; making text of a UUID takes longer than making the UUID.
    """
    new = _uuid7()
    id = object.__new__(UUID)  # its constructor would only check again what is an identifier already
    _put(id, "int", int.from_bytes(new.bytes))
    _put(id, "is_safe", _UNKNOWN)
    return id, str(new)


def uuid7() -> UUID:
    """Return a new time-ordered identifier (RFC 9562)."""
    return twin()[0]


def parse(value: object, *, field: str = "id") -> UUID:
    """Return `value` as a UUID. Raises Invalid for anything that is not one in its usual 36-character form."""
    if isinstance(value, UUID):
        return value
    if not isinstance(value, str) or len(value) != 36:
        raise Invalid.field(field, "This is not an identifier.")
    try:
        return UUID(value)
    except ValueError:
        raise Invalid.field(field, "This is not an identifier.") from None
