"""Where allauth asks us: names, addresses, passwords, codes, mail and the end of a session."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.signup import get_signup_url
from allauth.account.models import EmailAddress
from allauth.core import context as allauth_context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.httpkit import is_headless_request
from allauth.headless.internal.restkit.response import ErrorResponse
from django.contrib import messages
from django.contrib.sites.shortcuts import get_current_site
from django.core.exceptions import ImproperlyConfigured, PermissionDenied, ValidationError
from django.db import IntegrityError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse

from accounts import codes, identity, mail, passwords, queries
from accounts.events import SessionEnded
from accounts.models import User
from accounts.operations import sessions
from chatify.lib import db, events, ratelimit
from chatify.lib.errors import Invalid
from chatify.lib.network import network

TOO_MANY = ("too_many_login_attempts", "rate_limited")
_UNKNOWN = "account/email/unknown_account"


def label(user: User) -> str:
    """The name that allauth's pages and answers show."""
    return user.label


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": "This account is suspended.",
        "email_password_mismatch": "The e-mail or the password is not right.",
        "email_taken": "There is an account with this e-mail.",
        "incorrect_code": "This code is not right. Look at the newest mail, or ask for a new code.",
        "incorrect_password": "The password is not right.",
        "enter_current_password": "This is not your current password.",
        "too_many_login_attempts": "Too many tries. Wait a few minutes, then start again.",
        "username_taken": "This username is taken.",
        "rate_limited": "A little slower, please. Wait a moment and try again.",
    }

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        if code in TOO_MANY:  # a form error to allauth; the middleware makes a 429 of it
            allauth_context.request.too_many = True
        return super().validation_error(code, *args)

    # names and addresses

    def clean_username(self, username: str, shallow: bool = False) -> str:
        name = _as_form_error(identity.clean_username, username)
        if not shallow and queries.username_taken(name):
            raise self.validation_error("username_taken")
        return name

    def clean_email(self, email: str) -> str:
        return _as_form_error(identity.clean_email, email)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        try:
            with db.atomic():
                return bool(super().confirm_email(request, email_address))
        except IntegrityError:  # another account took the address between the check and now
            return False

    def save_user(self, request: HttpRequest, user: User, form: BaseForm, commit: bool = True) -> User:
        ratelimit.hit("account.create", network(self.get_client_ip(request)))
        super().save_user(request, user, form, commit=False)  # hashes, which must not hold the writer's turn
        try:
            with db.atomic():
                user.save(force_insert=True)
        except IntegrityError:
            raise ImmediateHttpResponse(self._taken_meanwhile(request)) from None
        return user

    def _taken_meanwhile(self, request: HttpRequest) -> HttpResponseBase:
        error = self.validation_error("username_taken")
        if is_headless_request(request):
            return ErrorResponse(request, exception=ValidationError([error]))
        messages.error(request, "Somebody took this name a moment ago. Choose another.")
        return HttpResponseRedirect(get_signup_url(request))

    # passwords

    def clean_password(self, password: str, user: User | None = None) -> str:
        passwords.Length().validate(password)  # first, so that no other check reads a megabyte
        return super().clean_password(password, user)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        if "email" in credentials:
            credentials["email"] = identity.fold_email(credentials["email"])
        if len(credentials.get("password", "")) > passwords.MAXIMUM:
            self.pre_authenticate(request, **credentials)
            return None
        return super().authenticate(request, **credentials)

    # codes

    def generate_login_code(self) -> str:
        return codes.Sealed(super().generate_login_code(), "login")

    def generate_password_reset_code(self) -> str:
        return codes.Sealed(super().generate_password_reset_code(), "reset")

    def generate_email_verification_code(self) -> str:
        return codes.Sealed(super().generate_email_verification_code(), "verify")

    # mail

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write the mail now, have a job send it. A stranger's mail costs the same and goes nowhere."""
        request = allauth_context.request
        if not request.user.is_authenticated:
            ratelimit.hit("mail.anonymous", network(self.get_client_ip(request)))
        code = context.get("code")
        if isinstance(code, codes.Sealed):
            context = {**context, "code": code.plain, "minutes": codes.LIFE // 60}
        extra = {"request": request, "email": email, "current_site": get_current_site(request)}
        message = self.render_mail(template_prefix, email, extra | context)
        mail.put_down(message, deliver=template_prefix != _UNKNOWN, seconds=codes.LIFE if code else None)

    def send_notification_mail(self, template_prefix: str, *args: Any, **kwargs: Any) -> None:
        """Of a changed address we tell the old mailbox ourselves, with a way back."""
        if template_prefix != "account/email/email_changed":
            super().send_notification_mail(template_prefix, *args, **kwargs)

    # proving oneself again

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """By password, app or key. Who has no second step may also take a code by mail: a mailbox must not
        stand in for the second step."""
        methods = super().get_reauthentication_methods(user)
        names = {
            "reauthenticate": "Use my password",
            "mfa_reauthenticate": "Use my authenticator app or a code",
        }
        methods = [{**way, "description": names.get(way["id"], "Use a passkey")} for way in methods]
        if user.is_authenticated and all(way["id"] == "reauthenticate" for way in methods):
            url = reverse("account_reauthenticate_by_code")
            methods.append({"id": "code", "description": "Send me a code by e-mail", "url": url})
        return methods

    # sessions

    def logout(self, request: HttpRequest) -> None:
        key, user_id = request.session.session_key, request.user.pk
        super().logout(request)
        if key and user_id:
            sessions.forget(key)
            events.emit(SessionEnded(session_key=key, user_id=user_id))

    def get_client_ip(self, request: HttpRequest) -> str:
        """The visitor's address; that of the connection when the header names too few proxies or nobody."""
        try:
            return super().get_client_ip(request)
        except (ImproperlyConfigured, PermissionDenied):
            return str(request.META.get("REMOTE_ADDR") or "local")


def _as_form_error(clean: Any, value: str) -> str:
    try:
        return clean(value)
    except Invalid as error:
        raise ValidationError(error.detail) from None
