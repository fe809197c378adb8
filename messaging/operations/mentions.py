"""Calling people by name in a message: `@alice`, and `@everyone` by right.

A mention is kept as the person, not as the name: who is renamed later stays called, and a look-alike calls nobody.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Exists, OuterRef

from accounts.models import Block, User
from chatify.lib.html import outside_code
from messaging.models import Membership, Mention
from messaging.queries import rights

MOST = 50
EVERYONE = "everyone"
_NAME = re.compile(r"(?<![\w@.+/-])@([a-z0-9][a-z0-9._-]{1,29})", re.I | re.A)


@dataclass(frozen=True, slots=True)
class Called:
    """Whom a text calls, by the names it uses; None is everyone."""

    people: Mapping[str, UUID | None] = field(default_factory=dict)
    deaf: Collection[UUID] = ()
    """Those of them who blocked the writer: the text looks as if it called them, and calls them nowhere."""

    @property
    def ids(self) -> Sequence[UUID | None]:
        return [each for each in dict.fromkeys(self.people.values()) if each not in self.deaf]


NOBODY = Called()


def found_in(body: str, *, sender: User, conversation: UUID) -> Called:
    """The members whom a text names, at most fifty; one query where it names anybody, none else."""
    names = list(dict.fromkeys(name for match in _NAME.finditer(body) for name in _spellings(match[1])))
    if not names:
        return NOBODY
    rows = Membership.objects.filter(conversation_id=conversation, left_seq=None)
    blocked = Exists(Block.objects.filter(blocker_id=OuterRef("user_id"), blocked=sender))
    found = rows.filter(user__username__in=names[: 2 * MOST]).annotate(deaf=blocked)
    known = {name: (id, deaf) for name, id, deaf in found.values_list("user__username", "user_id", "deaf")}
    people: dict[str, UUID | None] = {name: known[name][0] for name in names if name in known}
    if EVERYONE in names and _may_call_everyone(sender, conversation):
        people[EVERYONE] = None
    return Called(dict(list(people.items())[:MOST]), {id for id, deaf in known.values() if deaf})


def mark(html: str, called: Called) -> str:
    """The rendered text with its mentions marked; never inside code, a link or a tag."""
    if not called.people:
        return html
    return outside_code(html, lambda text: _NAME.sub(lambda match: _marked(match, called), text))


def replace(message: UUID, called: Sequence[UUID | None]) -> None:
    """A message was given another text: it calls these, and nobody else."""
    Mention.objects.filter(message_id=message).delete()
    Mention.objects.bulk_create(Mention(message_id=message, user_id=user) for user in called)


def _spellings(name: str) -> list[str]:
    """A name may end like a sentence: `@bob.` calls bob unless there is a `bob.`."""
    name = name.lower()
    return [name, bare] if (bare := name.rstrip("._-")) != name else [name]


def _marked(match: re.Match[str], called: Called) -> str:
    for name in _spellings(match[1]):
        if name in called.people:
            person, shown = called.people[name] or EVERYONE, match[0][: len(name) + 1]
            return f'<span class="mention" data-mention="{person}">{shown}</span>{match[0][len(name) + 1 :]}'
    return match[0]


def _may_call_everyone(sender: User, conversation: UUID) -> bool:
    rows = Membership.objects.filter(conversation_id=conversation, user=sender, left_seq=None)
    row = rows.select_related("conversation").first()
    return row is not None and rights.may_call_everyone(row.conversation, row)
