"""Proving oneself again by a code, for who has no second step."""

from typing import Any

from allauth.account.views import BaseReauthenticateView
from allauth.core import ratelimit
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.decorators import method_decorator

from accounts import stepup
from accounts.api import asker
from accounts.forms.secondstep import StepUpCode


@method_decorator(login_required, name="dispatch")
class ByCode(BaseReauthenticateView):
    """First a button that mails six digits, then a field for them."""

    form_class = StepUpCode
    template_name = "account/reauthenticate_by_code.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if "send" not in request.POST:
            return super().post(request, *args, **kwargs)
        too_many = ratelimit.consume_or_429(request, action="request_login_code", key=str(request.user.pk))
        if too_many:
            return too_many
        stepup.send_code(request, asker(request).email)
        return self.render_to_response(self.get_context_data(form=self.form_class(expected="")))

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "expected": stepup.pending_code(self.request)}

    def form_valid(self, form: Any) -> HttpResponse:
        stepup.passed(self.request)
        return super().form_valid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        waiting = bool(stepup.pending_code(self.request))
        return {**super().get_context_data(**kwargs), "waiting": waiting}


by_code = ByCode.as_view()
