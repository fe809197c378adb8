"""Taking back a change of e-mail, from the old mailbox. Who holds the link needs no other proof."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.operations import addresses


@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: HttpRequest, token: str) -> HttpResponse:
    """GET: what it does (programs that look at mails change nothing). POST: do it."""
    if request.method == "POST":
        addresses.undo(token)
        words = "Your old e-mail is back and everybody is signed out. Get a code to sign in, then set a new password."
        messages.success(request, words)
        response: HttpResponse = redirect("account_request_login_code")
    else:
        response = render(request, "account/email_undo.html", {"change": addresses.undoable(token)})
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "private, no-store"
    return response
