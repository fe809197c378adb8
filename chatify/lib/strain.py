"""How far this process is behind, and what it leaves undone for that: what is missed least first, sends last.

The socket side measures it, as the seconds for which sends have been waiting for their commit. Every door asks here.
A process that serves no sockets is never behind.
"""

import random

from chatify.lib.errors import TooMany

# What is shed once sends wait for so many seconds. Clients give up on an ack after ten.
BEYOND_S = {"typing": 0.5, "presence": 0.5, "preview": 1.0, "search": 1.5, "socket": 3.0, "send": 5.0}
LONGEST_PAUSE_S = 15.0
BUSY = "There is too much to do just now. Wait a moment and try again."

_behind = 0.0


def report(seconds: float) -> None:
    """This process is so many seconds behind."""
    global _behind
    _behind = seconds


def sheds(what: str) -> bool:
    """Whether this is left undone now."""
    return _behind >= BEYOND_S[what]


def refuse(what: str) -> None:
    """Raises TooMany when this is left undone now. Those who are told come back at different times."""
    if sheds(what):
        raise TooMany(BUSY, retry_after=pause())


def pause() -> float:
    """After how many seconds to try again."""
    return min(LONGEST_PAUSE_S, _behind * random.uniform(0.5, 1.5))
