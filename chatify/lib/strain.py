"""How far this process is behind, and what it leaves undone for that: what is missed least first, sends last.

The socket side measures it, as the seconds for which sends have been waiting for their commit. Every door asks here.
A process that serves no sockets is never behind. What nobody waits for rests after each piece, the longer the less
there is left of the one core that a process has.
"""

import random
import time

from chatify.lib.errors import TooMany

# What is shed once sends wait for so many seconds. Clients give up on an ack after ten.
BEYOND_S = {"typing": 0.5, "presence": 0.5, "preview": 1.0, "search": 1.5, "socket": 3.0, "send": 5.0}
LONGEST_PAUSE_S = 15.0
TOO_MUCH = "There is too much to do just now. Wait a moment and try again."

# Of its core a process that is busy leaves a twentieth to what can wait, else a fifth.
BUSY, MANY_WAITING = 0.6, 20
REST, REST_WHEN_BUSY = 4.0, 19.0

_behind = 0.0
_busy = False
_looked: tuple[float, float] | None = None


def report(seconds: float) -> None:
    """This process is so many seconds behind."""
    global _behind
    _behind = seconds


def weigh(waiting: int) -> None:
    """Look whether this serving process is busy: by the sends that wait, and by how much of its core it uses. Called
    regularly."""
    global _busy, _looked
    now, used = time.monotonic(), time.process_time()
    share = (used - _looked[1]) / (now - _looked[0]) if _looked is not None and now > _looked[0] else 0.0
    _busy, _looked = share > BUSY or waiting > MANY_WAITING, (now, used)


def idle() -> None:
    """This process serves no more."""
    global _behind, _busy, _looked
    _behind, _busy, _looked = 0.0, False, None


def rest(worked: float) -> float:
    """For how many seconds something that can wait rests after `worked` seconds; not at all where nobody is served."""
    if _looked is None:
        return 0.0
    return worked * (REST_WHEN_BUSY if _busy or _behind else REST)


def sheds(what: str) -> bool:
    """Whether this is left undone now."""
    return _behind >= BEYOND_S[what]


def refuse(what: str) -> None:
    """Raises TooMany when this is left undone now. Those who are told come back at different times."""
    if sheds(what):
        raise TooMany(TOO_MUCH, retry_after=pause())


def pause() -> float:
    """After how many seconds to try again."""
    return min(LONGEST_PAUSE_S, _behind * random.uniform(0.5, 1.5))
