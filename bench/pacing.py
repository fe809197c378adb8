"""Events at a rate, from a process that is told when to begin."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

NAP_S = 0.001


def obey(publish: Callable[[int, dict[str, Any]], object]) -> None:
    """Answer lines `{first, count, rate, began, …}` by `publish(index, line)` at the right moments."""
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        told = json.loads(line)
        for index in due(told["first"], told["count"], told["rate"], told["began"]):
            publish(index, told)
        print(json.dumps({"published": told["count"]}), flush=True)


def due(first: int, count: int, rate: float, began: float) -> Iterator[int]:
    """The indexes from `first` on, each when its moment has come; rate 0 means all of them at `began`."""
    for place in range(count):
        moment = began + (place / rate if rate else 0)
        while (left := moment - time.monotonic()) > 0:
            time.sleep(min(left, NAP_S))
        yield first + place
