"""Forms that take a code: each is counted as a try at signing in, and good once."""

from typing import Any

from allauth.core import context
from allauth.mfa.base import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.adapter import refuse_too_many
from accounts.second_step import accepted


class TakesCode(forms.BaseAuthenticateForm):
    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        refuse_too_many(context.request, self.user.username, self.user.email)
        self.authenticator: Any = accepted(self.user, code)
        if self.authenticator is None:
            raise ValidationError(
                _("This code is not right, or was used already. Enter the next one."),
                code="wrong_code",
            )
        self.authenticator.user = self.user
        return code


class AuthenticateForm(TakesCode, forms.AuthenticateForm):
    """For signing in."""


class ReauthenticateForm(TakesCode, forms.ReauthenticateForm):
    """For doing more after signing in."""
