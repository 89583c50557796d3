"""allauth's pages for the second step, with what ours show beside."""

from typing import Any, cast

from allauth.mfa.base.views import AuthenticateView, IndexView
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView
from django.forms import Form
from django.http import HttpRequest, HttpResponse

from accounts.models import User
from accounts.second_step import accepted, is_missing


class EnterCode(AuthenticateView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        of_user = Authenticator.objects.filter(user=self.stage.login.user)
        more = {"kinds": set(of_user.values_list("type", flat=True))}
        return dict(super().get_context_data(**kwargs)) | more


class Steps(IndexView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        more = {"is_missing": is_missing(self.request.user)}
        return dict(super().get_context_data(**kwargs)) | more


class AddApp(ActivateTOTPView):
    def form_valid(self, form: Form) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        # The code that proves the app works is good for nothing else.
        accepted(self.request.user, form.cleaned_data["code"])
        end_others(self.request)
        return response


class AddPasskey(AddWebAuthnView):
    def form_valid(self, form: Form) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        end_others(self.request)
        return response


def end_others(request: HttpRequest) -> None:
    """Sign out elsewhere: whoever is signed in there may have known the password alone."""
    cast("User", request.user).sign_out_everywhere(here=request.session.session_key)
