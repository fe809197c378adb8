"""What opens one's account: e-mail, password, second step, keys."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import endpoints, queries
from accounts.door import MemberRequest, signed_in


@require_safe
@signed_in
def security(request: MemberRequest) -> HttpResponse:
    """All of it on one page, each with the way to change it."""
    context = {"steps": queries.second_steps(request.user), "bounces": endpoints.bounces_of(request.user)}
    return render(request, "accounts/settings/security.html", context)
