"""What a client owes the server: waiting times and what each close code asks of it."""

import random
from dataclasses import dataclass

SUBPROTOCOL = "chatify.v1"
ACK_TIMEOUT_S = 10.0
SILENCE_S = 20.0
BEHIND_S = 0.5
FIRST_BACKOFF_S = 0.5
LONGEST_BACKOFF_S = 8.0
PROTOCOL_ERRORS_BEFORE_STOP = 3

FINAL_REFUSALS = frozenset({"bad", "unknown", "not_found", "forbidden", "too_large", "invalid"})
PROTOCOL_ERRORS = frozenset({4001, 1003, 1007})
TOO_BIG = frozenset({4002, 1009})
BAD_CURSOR = 4007
STAY_AWAY = frozenset({4003, 4009})
FIXED_WAITS_S = {4008: (5.0, 15.0), 4013: (30.0, 45.0), 4029: (60.0, 70.0)}
RESTARTS = frozenset({4012, 1012})


@dataclass
class Goodbye:
    """How a socket ended: its close code and the delay that `bye` asked for, in milliseconds."""

    code: int
    after_ms: int | None = None


def backoff(attempt: int, rng: random.Random) -> float:
    """Seconds until the next try: full jitter under a ceiling that doubles to eight seconds."""
    return rng.uniform(0.05, min(LONGEST_BACKOFF_S, FIRST_BACKOFF_S * 2**attempt))


def retry_wait(tries: int, rng: random.Random) -> float:
    """Seconds until a send is repeated: 1, 2, 4 … 8 s, give or take half."""
    return min(LONGEST_BACKOFF_S, 2.0 ** max(0, tries - 1)) * rng.uniform(0.5, 1.5)


def reconnect_wait(end: Goodbye, attempt: int, protocol_errors: int, rng: random.Random) -> float | None:
    """Seconds until the next socket, or None when the client must not come back by itself."""
    if end.code in STAY_AWAY or protocol_errors >= PROTOCOL_ERRORS_BEFORE_STOP:
        return None
    if end.code in RESTARTS and end.after_ms is not None:
        return end.after_ms / 1000
    if end.code in FIXED_WAITS_S:
        return rng.uniform(*FIXED_WAITS_S[end.code])
    return backoff(attempt, rng)
