"""Who may know what of me."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts import relations
from accounts.door import MemberRequest, signed_in
from accounts.forms.privacy import Privacy
from accounts.models.user import SWITCHES
from accounts.operations import privacy as operations
from chatify.lib.http import SeeOther


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def privacy(request: MemberRequest) -> HttpResponse:
    """GET: the switches, and whom I blocked. POST: change them, then back."""
    form = Privacy(request.POST or None, person=request.user)
    if request.method == "POST" and form.is_valid():
        switches = {name: form.cleaned_data[name] for name in SWITCHES}
        chosen = {name: form.cleaned_data[name] for name in ("audience", "groups")}
        operations.update(request.user, switches=switches, **chosen)
        messages.success(request, "Saved.")
        return SeeOther(request.path)
    context = {"form": form, "blocked": relations.blocked_by(request.user)}
    return render(request, "accounts/settings/privacy.html", context, status=422 if form.errors else 200)
