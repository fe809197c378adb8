"""Who is in which conversation and how much is said there: the same for the same numbers, on every machine."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from messaging import kinds

# Two people have one chat only; when everybody has theirs, groups take the place of chats.
# Of ten conversations four are chats of two, three are groups and three are letters.
PATTERN = (*[kinds.DIRECT] * 4, *[kinds.GROUP] * 3, *[kinds.MAIL] * 3)
READERS = 8
"""Of a letter, at most."""


@dataclass(frozen=True, slots=True)
class Size:
    """How large the flood is to be."""

    messages: int
    conversations: int
    people: int
    seed: int


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation: `members` are numbers of people, the first of them starts it."""

    index: int
    kind: kinds.Kind
    members: Sequence[int]
    messages: int


def plan(size: Size) -> list[Talk]:
    """Person 0 is in every conversation, person 1 in many, the last ones in one or two."""
    rng = Random(f"{size.seed}/plan")
    counts = shares(size.messages, size.conversations, rng)
    weights = list(accumulate(1 / rank for rank in range(1, size.people)))
    strangers = iter(range(1, size.people))
    talks = []
    for index in range(size.conversations):
        kind, members = _members(index, size, strangers, weights, rng)
        talks.append(Talk(index, kind, members, counts[index]))
    return talks


def shares(messages: int, conversations: int, rng: Random) -> list[int]:
    """So many messages over so many conversations, at least one each: a few are long, most are not."""
    weights = [(rank + 20) ** -0.9 for rank in range(conversations)]
    rng.shuffle(weights)
    rest, total = messages - conversations, sum(weights)
    counts = [1 + int(rest * weight / total) for weight in weights]
    for index in range(messages - sum(counts)):
        counts[index % conversations] += 1
    return counts


def _members(
    index: int, size: Size, strangers: Iterator[int], weights: list[float], rng: Random
) -> tuple[kinds.Kind, list[int]]:
    kind = PATTERN[index % len(PATTERN)]
    if kind.unique_pair:
        other = next(strangers, None)
        if other is not None:
            return kind, [0, other]
        kind = kinds.GROUP
    count = rng.randint(2, READERS) if kind.has_subject else 2 + int(6 * rng.paretovariate(1.2))
    count = min(count, kind.maximum_members, size.people)
    others = _some(count - 1, size.people, weights, rng)
    members = [0, *others]
    rng.shuffle(members)
    return kind, members


def _some(count: int, people: int, weights: list[float], rng: Random) -> list[int]:
    """So many different people but the first, the early ones more often."""
    chosen: dict[int, None] = {}
    for number in rng.choices(range(1, people), cum_weights=weights, k=3 * count):
        chosen[number] = None
    left = (number for number in range(1, people) if number not in chosen)
    for number in left:
        if len(chosen) >= count:
            break
        chosen[number] = None
    return list(chosen)[:count]
