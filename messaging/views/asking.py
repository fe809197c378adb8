"""What stands between a conversation and its composer: a stranger asks, or one of the two blocked the other."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts import relations
from accounts.door import MemberRequest, signed_in
from accounts.models import User
from chatify.lib import http
from chatify.lib.errors import Invalid
from messaging.models import Conversation, Membership
from messaging.operations import requests

Request = Membership.Request


@dataclass(frozen=True, slots=True)
class Asking:
    """`person` began it, or added the reader to it, and waits, was declined, or is blocked."""

    person: User
    state: str

    @property
    def blocked(self) -> bool:
        return self.state == Request.BLOCKED

    @property
    def declined(self) -> bool:
        return self.state == Request.DECLINED


def of(user: User, found: Conversation, others: list[Membership]) -> Asking | None:
    """What is to be said above the composer; None for most conversations."""
    state: str = found.my.request  # type: ignore[attr-defined]
    people = [each.user for each in others]
    if len(people) == 1 and relations.blocked_among(user, [people[0].pk]):
        return Asking(people[0], Request.BLOCKED)
    asker: User | None = found.my.asked_by if state else None  # type: ignore[attr-defined]
    return Asking(asker, state) if asker else None


@require_POST
@signed_in
def answer(request: MemberRequest, id: UUID) -> HttpResponse:
    """POST /c/<id>/request/ do=accept|decline."""
    actions = {"accept": requests.accept, "decline": requests.decline}
    action = actions.get(request.POST.get("do", ""))
    if action is None:
        raise Invalid.field("do", "Choose what to do.")
    action(request.user, conversation=id)
    accepted = action is requests.accept
    return http.SeeOther(
        reverse("conversation", args=[id]) if accepted else f"{reverse('inbox')}?filter=requests"
    )
