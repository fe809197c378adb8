"""My profile, and the pictures of people."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import avatars
from accounts.door import MemberRequest, signed_in
from accounts.forms.profile import Picture, Profile
from accounts.operations import profile as operations
from chatify.lib.errors import Invalid
from chatify.lib.http import SeeOther

HEADERS = {
    "Cache-Control": "private, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def profile(request: MemberRequest) -> HttpResponse:
    """GET: the form. POST: change it, then back to it."""
    form = Profile(request.POST or None, person=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            operations.update(request.user, **form.changes())
            messages.success(request, "Saved.")
            return SeeOther(request.path)
        except Invalid as error:
            form.refuse(error)
    return _page(request, form, Picture())


@require_POST
@signed_in
def avatar(request: MemberRequest) -> HttpResponse:
    """POST avatar=<file>, or `remove`: show this picture of me, or my initials again."""
    if "remove" in request.POST:
        operations.remove_avatar(request.user)
        return redirect("profile")
    form = Picture(request.POST, request.FILES)
    if form.is_valid():
        try:
            operations.set_avatar(request.user, form.cleaned_data["avatar"])
            return redirect("profile")
        except Invalid as error:
            form.add_error("avatar", error.detail)
    return _page(request, Profile(person=request.user), form)


@require_safe
@signed_in
def picture(request: MemberRequest, key: str, size: str) -> HttpResponse:
    """GET /avatars/<key>/<size>/: a square of WebP. A key is never reused, so that it may be kept for ever."""
    return HttpResponse(avatars.read(key, size), content_type="image/webp", headers=HEADERS)


def _page(request: MemberRequest, form: Profile, picture: Picture) -> HttpResponse:
    broken = bool(form.errors or picture.errors)
    context = {"form": form, "picture": picture}
    return render(request, "accounts/settings/profile.html", context, status=422 if broken else 200)
