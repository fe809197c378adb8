"""Starting a conversation: a chat with one person, a group, a letter."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.door import MemberRequest, signed_in
from accounts.models import User
from chatify.lib import http, ids
from chatify.lib.errors import ChatifyError, Conflict, Forbidden, Invalid, NotFound, TooMany
from media import queries as files
from messaging import kinds
from messaging.forms import Starting
from messaging.models import Conversation
from messaging.operations import attachments, claims, firsts, pace
from messaging.operations import conversations as operations
from messaging.queries import access, rights, scheduled, timeline
from messaging.views import moments
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
    files: bool = False
    single: bool = False


def _direct(actor: User, form: Starting, people: list[list[User]]) -> Conversation:
    if len(people[0]) != 1:
        raise Invalid.field("to", "Choose one person to chat with.")
    pace.before_direct(actor, other=people[0][0])
    return operations.start_direct(actor, other=people[0][0])


def _group(actor: User, form: Starting, people: list[list[User]]) -> Conversation:
    typed, key = form.data, _key(form)
    pace.before_start(actor, kinds.GROUP, client_id=key, people=people[0])
    return operations.start_group(actor, title=typed.get("title", ""), members=people[0], client_id=key)


def _mail(actor: User, form: Starting, people: list[list[User]]) -> Conversation:
    typed, key = form.data, _key(form)
    pace.before_start(actor, kinds.MAIL, client_id=key, people=[each for field in people for each in field])
    return firsts.post(
        actor,
        send_at=moments.asked(typed),
        subject=typed.get("subject", ""),
        to=people[0],
        cc=people[1],
        bcc=people[2],
        body=typed.get("body", ""),
        client_id=key,
        attachments=form.attachments,
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
        files=True,
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
        pickers += [pick(request, "cc", "Cc"), pick(request, "bcc", "Bcc")]
    if request.method != "POST":
        return _form(request, way, _begun(request, pickers), pickers)
    finding = "find" in request.POST
    form = Starting(initial=request.POST.dict()) if finding else Starting(request.POST)
    form.attachments = request.POST.getlist("attachments")
    return (_find if finding else _start)(request, way, form, pickers)


def _begun(request: MemberRequest, pickers: list[Picker]) -> Starting:
    """An empty form, or what the address says: a subject, or a first letter that was taken back."""
    begun = {"client_id": str(ids.uuid7()), "subject": request.GET.get("subject", "")[:200]}
    if not (again := request.GET.get("again")):
        return Starting(initial=begun)
    row = scheduled.taken_back(request.user, again)
    named = scheduled.addressed([row])[row.pk]
    for picker in pickers:
        picker.picked = named.get(picker.name, [])
    form = Starting(initial={**begun, "subject": row.conversation.title, "body": row.body})
    form.attachments = list(row.attachments)
    return form


@require_safe
@signed_in
def answer(request: MemberRequest, id: UUID) -> HttpResponse:
    """GET /m/<id>/answer/: a letter of its own to who wrote this one, and to nobody else."""
    row = timeline.message(request.user, id)
    if not rights.answerable(request.user, row):
        raise NotFound("There is nobody here whom a letter of its own could answer.")
    title = access.conversation_for(request.user, row.conversation_id).title
    subject = title if title.lower().startswith("re:") else f"Re: {title}"
    wish = urlencode(
        {"kind": "mail", "to": row.sender.username, "subject": subject[: operations.SUBJECT_LENGTH]}
    )
    return redirect(f"{reverse('new')}?{wish}")


def _find(request: MemberRequest, way: Way, form: Starting, pickers: list[Picker]) -> HttpResponse:
    try:
        _bring(request, way, form)
    except (Invalid, TooMany) as error:
        refused = Starting(request.POST)
        refused.attachments = form.attachments
        return http.wait(_form(request, way, refused, pickers, error=error, status=error.status), error)
    return _form(request, way, form, pickers)


def _bring(request: MemberRequest, way: Way, form: Starting) -> None:
    """Take in the files that came with the form. They stay with it when it is refused; sent again, it brings none."""
    given = request.FILES.getlist("file") if way.files else []
    if given and not operations.started(request.user, request.POST.get("client_id", "")):
        form.attachments += [str(each) for each in attachments.bring(request.user, given)]


def _start(request: MemberRequest, way: Way, form: Starting, pickers: list[Picker]) -> HttpResponse:
    try:
        _bring(request, way, form)
        found = way.start(request.user, form, [chosen(request, picker) for picker in pickers])
    except (Conflict, Forbidden, Invalid, NotFound, TooMany) as error:
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
    context = {"way": way, "ways": WAYS, "form": form, "pickers": pickers, **_fields(request.user, way, form)}
    if http.part(request):
        return render(request, "messaging/conversations/_new.html", context, status=status)
    context["list"] = list_of(request)
    return render(request, "messaging/conversations/new.html", context, status=status)


def _fields(user: User, way: Way, form: Starting) -> dict[str, Any]:
    carried = files.free(user, form.attachments) if way.files else []
    shown = {"shown": [form[name] for name in way.fields], "carried": carried, "most_files": claims.MOST}
    return {**shown, "moments": moments.to_come()} if way.files else shown


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
