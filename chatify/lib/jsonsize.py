"""How large a value is as JSON."""

from typing import Any

import orjson


def json_size(value: Any) -> int:
    """Bytes of the compact UTF-8 JSON form."""
    return len(orjson.dumps(value))
