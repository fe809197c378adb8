"""The ways a request can fail. Operations raise them; each door translates them once."""


class ChatifyError(Exception):
    """Base of them all. `detail` is a sentence for people."""

    status = 400
    title = "Error"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title


class NotFound(ChatifyError):
    """It does not exist, or the asker may not know that it does."""

    status = 404
    title = "Not found"


class Forbidden(ChatifyError):
    """The asker may see it and may not do this with it."""

    status = 403
    title = "Not allowed"


class Conflict(ChatifyError):
    """The state of things does not allow it now."""

    status = 409
    title = "Conflict"


class Unavailable(Conflict):
    """Something that we need does not answer now: nothing was lost, and the same again may succeed."""

    status = 503
    title = "Not available"


class Invalid(ChatifyError):
    """The input was understood and cannot be accepted. `errors` maps a field to its sentences."""

    status = 422
    title = "Invalid input"

    def __init__(self, detail: str = "", errors: dict[str, list[str]] | None = None) -> None:
        super().__init__(detail)
        self.errors = errors or {}

    @classmethod
    def field(cls, name: str, sentence: str) -> "Invalid":
        """One sentence about one field."""
        return cls(sentence, {name: [sentence]})


class TooLarge(Invalid):
    """A text beyond its limit: the socket says `too_large`, forms and the API 422."""


class TooMany(ChatifyError):
    """A rate limit was reached. `retry_after` is in seconds."""

    status = 429
    title = "Too many requests"

    def __init__(self, detail: str = "", retry_after: float = 1.0) -> None:
        super().__init__(detail or "You are doing this too often. Wait a moment and try again.")
        self.retry_after = retry_after
