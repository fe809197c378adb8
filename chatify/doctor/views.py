"""The page that says what works between this browser and this server."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import endpoints, push
from accounts.door import MemberRequest, signed_in
from chatify.doctor import services, way
from chatify.lib import ratelimit


@require_safe
@signed_in
def doctor(request: MemberRequest) -> HttpResponse:
    """What the server finds by itself; what a browser finds is added by its script. Next steps for who runs the server
    are shown to staff: they name settings."""
    ratelimit.hit("doctor", request.user.pk)
    context = {
        "findings": [*way.all(request), *services.all()],
        "bounces": endpoints.bounces_of(request.user),
        "key": push.offered_key(),
    }
    return render(request, "doctor/doctor.html", context)
