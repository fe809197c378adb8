"""What many sockets ask as they come back together is read once for all of them."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from messaging.realtime.batcher import Batcher

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")
Reading = Callable[[Sequence[Any]], Sequence[Any]]


class Gathering:
    """Questions that arrive while others are being answered wait for each other: `read(work, item)` is answered by
    one call `work(items)` for all who ask the same, in a thread and with a database connection of its own."""

    def __init__(self) -> None:
        self._batcher: Batcher[tuple[Reading, Any], Any] = Batcher(_answered, name="arrivals")

    async def read(self, work: Callable[[Sequence[Asked]], Sequence[Answer]], item: Asked) -> Answer:
        """The item's answer. Raises Overloaded, or what went wrong."""
        answer: Answer = await self._batcher.submit((work, item))
        return answer

    def stop(self) -> None:
        self._batcher.stop()


def _answered(asked: Sequence[tuple[Reading, Any]]) -> list[Any]:
    answers: list[Any] = [None] * len(asked)
    for work in dict.fromkeys(work for work, _ in asked):
        places = [place for place, (other, _) in enumerate(asked) if other is work]
        for place, answer in zip(places, work([asked[place][1] for place in places]), strict=True):
            answers[place] = answer
    return answers
