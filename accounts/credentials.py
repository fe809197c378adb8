"""What a browser or a program says about a key, read without trust: whatever is wrong with it is one refusal."""

import json
import struct
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from allauth.mfa.adapter import get_adapter
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django.core.exceptions import ValidationError

P = ParamSpec("P")
R = TypeVar("R")
MOST_BYTES = 32_768
# What the libraries raise for bytes that are no key, no signature, or another's.
NONSENSE = (
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    IndexError,
    InvalidSignature,
    UnsupportedAlgorithm,
    struct.error,
    OverflowError,
    RecursionError,
)


def refusing(work: Callable[P, R]) -> Callable[P, R]:
    """`work` with one ValidationError for every way in which a credential can be nonsense."""

    @wraps(work)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return work(*args, **kwargs)
        except ValidationError:
            raise
        except NONSENSE as error:
            raise get_adapter().validation_error("incorrect_code") from error

    return guarded


def bounded(work: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """`work(credential)` for a credential that any database can keep, and that is not absurdly large."""

    def checked(credential: Any) -> Any:
        kept = json.dumps(credential, ensure_ascii=False).encode()
        if len(kept) > MOST_BYTES or b"\\u0000" in kept:
            raise ValueError("not storable")
        return work(credential)

    return refusing(checked)
