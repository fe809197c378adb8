"""Starting a conversation: a chat with one person, a group, a letter."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.door import MemberRequest, signed_in
from accounts.models import User
from chatify.lib import http, ids
from chatify.lib.errors import ChatifyError, Forbidden, Invalid, NotFound, TooMany
from messaging.forms import Starting
from messaging.models import Conversation
from messaging.operations import conversations as operations
from messaging.operations import pace
from messaging.views.inbox import list_of
from messaging.views.picker import Picker, chosen, pick, search


@dataclass(frozen=True, slots=True)
class Way:
    """One way to start: what it is called, which fields it shows, which operation it calls."""

    name: str
    label: str
    icon: str
    hint: str
    button: str
    fields: tuple[str, ...]
    people: str
    start: Callable[[User, Starting, list[list[User]]], Conversation]
    copies: bool = False
    single: bool = False


def _direct(actor: User, form: Starting, people: list[list[User]]) -> Conversation:
    if len(people[0]) != 1:
        raise Invalid.field("to", "Choose one person to chat with.")
    pace.before_direct(actor, other=people[0][0])
    return operations.start_direct(actor, other=people[0][0])


def _group(actor: User, form: Starting, people: list[list[User]]) -> Conversation:
    typed, key = form.data, _key(form)
    pace.before_start(actor, "conversation.chat", client_id=key, people=people[0])
    return operations.start_group(actor, title=typed.get("title", ""), members=people[0], client_id=key)


def _mail(actor: User, form: Starting, people: list[list[User]]) -> Conversation:
    typed, key = form.data, _key(form)
    pace.before_start(actor, "conversation.mail", client_id=key, people=[*people[0], *people[1]])
    return operations.start_mail(
        actor,
        subject=typed.get("subject", ""),
        to=people[0],
        cc=people[1],
        body=typed.get("body", ""),
        client_id=key,
    )


def _key(form: Starting) -> UUID:
    return ids.parse(form.data.get("client_id", ""), field="client_id")


WAYS = (
    Way(
        "direct", "Chat", "message-circle", "With one person", "Start chat", (), "With", _direct, single=True
    ),
    Way("group", "Group", "users", "With several people", "Start group", ("title",), "Members", _group),
    Way(
        "mail",
        "Mail",
        "mail",
        "A letter with a subject",
        "Send",
        ("subject", "body"),
        "To",
        _mail,
        copies=True,
    ),
)
BY_NAME = {way.name: way for way in WAYS}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(request: MemberRequest) -> HttpResponse:
    """GET the form of ?kind=, POST it. With the button `find` it only searches; everything typed stays."""
    way = _way(request)
    pickers = [pick(request, "to", way.people, single=way.single)]
    if way.copies:
        pickers.append(pick(request, "cc", "Cc"))
    if request.method != "POST":
        return _form(request, way, Starting(), pickers)
    form = Starting(request.POST)
    if "find" in request.POST:
        return _form(request, way, Starting(initial=request.POST.dict()), pickers)
    return _start(request, way, form, pickers)


def _start(request: MemberRequest, way: Way, form: Starting, pickers: list[Picker]) -> HttpResponse:
    try:
        found = way.start(request.user, form, [chosen(request, picker) for picker in pickers])
    except (Forbidden, Invalid, NotFound, TooMany) as error:
        status = 422 if isinstance(error, NotFound) else error.status
        return http.wait(_form(request, way, form, pickers, error=error, status=status), error)
    return http.SeeOther(reverse("conversation", args=[found.id]))


def _way(request: MemberRequest) -> Way:
    name = request.POST.get("kind") or request.GET.get("kind") or "direct"
    if name not in BY_NAME:
        raise NotFound("There is no such kind of conversation.")
    return BY_NAME[name]


def _form(
    request: MemberRequest,
    way: Way,
    form: Starting,
    pickers: list[Picker],
    *,
    error: ChatifyError | None = None,
    status: int = 200,
) -> HttpResponse:
    for picker in pickers:
        if picker.searched or picker.name == "to":
            search(request, picker)
    _explain(form, pickers, error)
    context = {
        "way": way,
        "ways": WAYS,
        "form": form,
        "pickers": pickers,
        "shown": [form[name] for name in way.fields],
    }
    if http.part(request):
        return render(request, "messaging/conversations/_new.html", context, status=status)
    context["list"] = list_of(request)
    return render(request, "messaging/conversations/new.html", context, status=status)


def _explain(form: Starting, pickers: list[Picker], error: ChatifyError | None) -> None:
    """Each sentence where it belongs: at its field, at the people, or above the form."""
    if error is None:
        return
    reasons = dict(error.errors) if isinstance(error, Invalid) else {"": [error.detail]}
    for picker in pickers:
        for name in (picker.name, "members" if picker.name == "to" else ""):
            picker.errors += [each for each in reasons.pop(name, []) if name and each not in picker.errors]
    if reasons:
        form.take(Invalid(error.detail, reasons))
