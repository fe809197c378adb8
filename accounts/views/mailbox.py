"""My address as mail sees it: what came back from it, and trying it again."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.door import MemberRequest, signed_in
from accounts.operations import addresses

BACK = "settings_security"


@require_POST
@signed_in
def attempt(request: MemberRequest) -> HttpResponse:
    """Send a mail there now; if it comes back, the page says so again."""
    addresses.attempt(request.user)
    messages.success(request, "A mail is on its way. If it comes back, this page says why.")
    return redirect(BACK)
