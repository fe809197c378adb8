"""Choosing people: a search field whose results are checkboxes, so that it works with and without a script."""

from collections.abc import Container
from dataclasses import dataclass, field
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import queries, relations
from accounts.door import MemberRequest, signed_in
from accounts.models import User
from chatify.lib.errors import Invalid, TooMany

MOST = 200
FOUND = 8


@dataclass(slots=True)
class Picker:
    """One field of people: `picked` stay chosen while others are searched for."""

    name: str
    label: str
    q: str = ""
    picked: list[User] = field(default_factory=list)
    found: list[User] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    single: bool = False
    hiding: Container[UUID] = ()
    """Who of them hides from whoever chooses, and shows no picture."""

    @property
    def searched(self) -> bool:
        return bool(self.q.strip())


def pick(request: MemberRequest, name: str, label: str, *, single: bool = False) -> Picker:
    """What was chosen and searched for in the field `name`, from the form or the query. Unknown names are errors."""
    source = request.POST if request.method == "POST" else request.GET
    picker = Picker(name, label, q=source.get(f"q_{name}", "")[:200], single=single)
    names = list(dict.fromkeys(filter(None, source.getlist(name))))[:MOST]
    known = queries.people_by_usernames(request.user, names)
    picker.picked = list(dict.fromkeys(known.values()))
    picker.errors = [f"There is nobody called {each[:30]}." for each in names if each not in known]
    return _veil(request.user, picker)


def _veil(actor: User, picker: Picker) -> Picker:
    picker.hiding = relations.hiding_from(actor, [each.id for each in (*picker.picked, *picker.found)])
    return picker


def search(request: MemberRequest, picker: Picker) -> Picker:
    """Fill `found` with whom the field's search finds, without those already chosen."""
    try:
        people = queries.find_people(request.user, picker.q, limit=FOUND + len(picker.picked)).items
    except TooMany as error:
        picker.errors.append(error.detail)
        return picker
    picker.found = [person for person in people if person not in picker.picked][:FOUND]
    return _veil(request.user, picker)


def chosen(request: MemberRequest, picker: Picker) -> list[User]:
    """The people of the field, also those whose usernames stand typed in its search field. Raises Invalid."""
    typed = [name for name in picker.q.replace(",", " ").split() if name]
    known = queries.people_by_usernames(request.user, typed[:MOST])
    for username in typed[:MOST]:
        if username not in known:
            picker.errors.append(_nobody(username[:60]))
    picker.picked = list(dict.fromkeys([*picker.picked, *known.values()]))
    if picker.errors:
        raise Invalid.field(picker.name, picker.errors[0])
    return picker.picked


def _nobody(name: str) -> str:
    if "@" in name.strip("@"):
        return f"{name} is nobody here: letters go to people on this server, by name or username."
    return f"There is nobody called {name[:30]}. Choose from the people below."


@require_safe
@signed_in
def found(request: MemberRequest) -> HttpResponse:
    """GET /c/people/?field=to&q_to=…&to=…: the choices of one field, while one types."""
    name = request.GET.get("field", "to")
    if name not in ("to", "cc", "bcc"):
        raise Invalid.field("field", "Choose to, cc or bcc.")
    picker = search(request, pick(request, name, "", single=request.GET.get("single") == "1"))
    return render(request, "messaging/people/_choices.html", {"picker": picker})
