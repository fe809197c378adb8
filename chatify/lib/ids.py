"""UUIDv7 identifiers: sortable by time of birth, unguessable, the same on every database."""

from uuid import UUID

from uuid_utils.compat import uuid7 as _uuid7

from chatify.lib.errors import Invalid

__all__ = ["parse", "uuid7"]


def uuid7() -> UUID:
    """Return a new time-ordered identifier (RFC 9562)."""
    return _uuid7()


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
