"""Finding people and looking at one. They stand on the desk, beside the inbox, which is why they live here."""

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts import queries, relations
from accounts.door import MemberRequest, signed_in
from accounts.models import ContactRequest, User
from accounts.models.contact import NOTE_LENGTH
from accounts.operations import contacts
from chatify.lib import http, ids
from chatify.lib.errors import ChatifyError, Conflict, Invalid
from messaging.operations import blocks
from messaging.queries import inbox, presence
from messaging.views.inbox import list_of

SHOWN = ("everybody", "contacts", "requests", "blocked")


@require_safe
@signed_in
def people(request: MemberRequest) -> HttpResponse:
    """GET /people/?show=&q=&people=: by name or username, never by e-mail; my contacts, requests and blocks."""
    show = request.GET.get("show", "everybody")
    if show not in SHOWN:
        raise Invalid.field("show", f"Choose one of {', '.join(SHOWN)}.")
    context = {"show": show, "waiting": relations.waiting_count(request.user), **_listed(request, show)}
    if http.part(request) == "results":
        return render(request, "messaging/people/_results.html", context)
    return _on_desk(request, "people", context)


def _listed(request: MemberRequest, show: str) -> dict[str, object]:
    cursor = request.GET.get("people")
    if show == "blocked":
        return {"people": relations.blocked_by(request.user)}
    if show == "requests":
        incoming = relations.requests(request.user, "in", cursor=cursor)
        outgoing = relations.requests(request.user, "out", limit=20).items if not cursor else []
        waiting = [row for row in outgoing if row.shown_state == row.State.PENDING]
        return {"incoming": incoming.items, "outgoing": waiting, "more_url": _more(show, incoming.next)}
    if show == "contacts":
        page = relations.contacts(request.user, cursor=cursor)
        return {"people": page.items, "more_url": _more(show, page.next)}
    q = request.GET.get("q", "")[:200]
    page = queries.find_people(request.user, q, cursor=cursor, limit=40)
    hiding = relations.hiding_from(request.user, [person.id for person in page.items])
    return {"q": q, "people": page.items, "hiding": hiding, "more_url": _more(show, page.next, q=q)}


def _more(show: str, cursor: str | None, **query: str) -> str:
    return f"{reverse('people')}?{urlencode({'show': show, **query, 'people': cursor})}" if cursor else ""


@require_safe
@signed_in
def person(request: MemberRequest, username: str) -> HttpResponse:
    """GET /people/<username>/: somebody, how we stand, what we share, and the way to write to them."""
    return _person(request, queries.person_by_username(request.user, username))


@require_POST
@signed_in
def contact(request: MemberRequest, username: str) -> HttpResponse:
    """POST do=ask|accept|decline|cancel|remove, note=: what is between the two of us."""
    found = queries.person_by_username(request.user, username)
    actions: dict[str, Callable[[], object]] = {
        "ask": lambda: contacts.ask(request.user, other=found, note=request.POST.get("note", "")),
        "accept": lambda: contacts.accept(request.user, request=_waiting(request.user, found).id),
        "decline": lambda: contacts.decline(request.user, request=_waiting(request.user, found).id),
        "cancel": lambda: contacts.cancel(request.user, request=_waiting(request.user, found).id),
        "remove": lambda: contacts.remove(request.user, other=found),
    }
    return _do(request, found, actions)


@require_POST
@signed_in
def block(request: MemberRequest, username: str) -> HttpResponse:
    """POST do=block|unblock."""
    found = queries.person_by_username(request.user, username)
    actions: dict[str, Callable[[], object]] = {
        "block": lambda: blocks.block(request.user, other=found),
        "unblock": lambda: blocks.unblock(request.user, other=found),
    }
    return _do(request, found, actions)


def _do(request: MemberRequest, other: User, actions: Mapping[str, Callable[[], object]]) -> HttpResponse:
    action = actions.get(request.POST.get("do", ""))
    if action is None:
        raise Invalid.field("do", "Choose what to do.")
    try:
        action()
    except ChatifyError as error:
        return _person(request, other, error=error)
    if http.part(request):
        return http.pushed(_person(request, other), reverse("person", args=[other.username]))
    return http.SeeOther(_next(request) or reverse("person", args=[other.username]))


def _next(request: MemberRequest) -> str:
    """Back to the list from which it was done."""
    lists = {"requests": f"{reverse('people')}?show=requests", "privacy": reverse("settings_privacy")}
    name = request.POST.get("from", "")
    if name == "conversation":
        return reverse(
            "conversation", args=[ids.parse(request.POST.get("conversation"), field="conversation")]
        )
    return lists.get(name, "")


def _waiting(actor: User, other: User) -> ContactRequest:
    waiting = relations.waiting_between(actor, other)
    if waiting is None:
        raise Conflict("This request is over.")
    return waiting


def _person(request: MemberRequest, found: User, *, error: ChatifyError | None = None) -> HttpResponse:
    context = {
        "person": found,
        "relation": relations.relation(request.user, found),
        "shared": inbox.shared_with(request.user, found),
        "seen": presence.seen_by(request.user, [found])[found.id],
        "error": error.detail if error else "",
        "about_message": _about_message(request),
        "note": request.POST.get("note", "")[:NOTE_LENGTH],
    }
    response = _on_desk(request, "person", context)
    response.status_code = error.status if error else 200
    return http.wait(response, error) if error else response


def _about_message(request: MemberRequest) -> str:
    """The message from which this profile was opened, for the link that reports it; nothing for what is no id."""
    try:
        return str(ids.parse(request.GET.get("message", "")))
    except Invalid:
        return ""


def _on_desk(request: MemberRequest, name: str, context: Mapping[str, object]) -> HttpResponse:
    if http.part(request):
        return render(request, f"messaging/people/_{name}.html", context)
    return render(request, f"messaging/people/{name}.html", {**context, "list": list_of(request)})
