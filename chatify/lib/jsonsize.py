"""How large a value is as JSON."""

import json
from typing import Any


def json_size(value: Any) -> int:
    """Bytes of the compact UTF-8 JSON form."""
    return len(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode())
