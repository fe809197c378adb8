"""What the index is asked, and what it answers: which pairs of letters tell most, and what else narrows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple
from uuid import UUID

from chatify.lib.folding import pairs

MOST_PAIRS = 6
# The pairs that most texts hold, the commonest first: they tell little and cost most.
_COMMON = (
    "th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve co me de hi ri ro "
    "ic ne ea ra ce li ch ll be ma si om ur ca el ta la ns di fo ho pe ec pr no ct us ac ot il tr ly nc et ut ss so "
    "rs un lo wa ge ie wh ee wi em ad ol rt po we na ul ni ts mo ow pa im mi ai sh ir su id os iv ia am fi ci vi pl "
    "ig tu ev ld ry mp fe bl ab gh ty op wo sa ay ex ke fr oo av ag if ap gr od bo sp rd do uc bu ei ov by rm ep tt "
    "oc fa ef cu rn sc gi da yo cr cl du ga qu ue ff ba ey ls va um pp ua up lu go ht ru ug ds lt pi rc rr eg au ck"
)
_RANK = {pair: -rank for rank, pair in enumerate(_COMMON.split())}


class Candidate(NamedTuple):
    """An entry that may match."""

    position: int
    message_id: UUID
    conversation_id: UUID
    sender_id: UUID
    number: int
    seq: int
    text: str


class Way(Enum):
    """How entries are found before they are compared."""

    MINE = "by the conversations that are searched, or by the messages"
    PAIRS = "by the pairs of letters, in the index"
    WHOLE = "one after the other"


@dataclass(frozen=True, slots=True)
class Match:
    """What the database is asked. `conversations` hold `rows` messages; None are too many to be listed."""

    terms: Sequence[str] = ()
    without: Sequence[str] = ()
    senders: Sequence[UUID] = ()
    not_senders: Sequence[UUID] = ()
    has: Sequence[str] = ()
    conversations: Sequence[UUID] | None = None
    rows: int = 0
    messages: Sequence[UUID] | None = None
    unread_by: UUID | None = None

    @property
    def pairs(self) -> list[str]:
        """The pairs that tell most, a few for each term; a character alone where a term has nothing longer."""
        chosen: dict[str, None] = {}
        for term in self.terms:
            found = pairs(term)
            longer = [pair for pair in found if len(pair) > 1]
            rarest = sorted(longer or found, key=lambda pair: (_RANK.get(pair, -1_000), pair))
            chosen.update(dict.fromkeys(rarest[:MOST_PAIRS]))
        return list(chosen)

    @property
    def indexed(self) -> bool:
        """Whether the index can help."""
        return bool(self.senders or self.has or self.pairs)
