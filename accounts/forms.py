"""Forms for new people and their first password."""

from typing import Any

from allauth.account.forms import UserTokenForm
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import STAFF_ROLES


class InvitationForm(forms.ModelForm):
    """An account for somebody of the staff, who chooses the password; patients register."""

    class Meta:
        model = User
        fields = ["username", "full_name", "email", "role"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [(role.value, role.label) for role in User.Role if role in STAFF_ROLES]
        self.fields["role"] = forms.ChoiceField(label=_("Role"), choices=[("", "---"), *roles])
        self.fields["full_name"].required = True
        self.instance.set_unusable_password()


class LetterForm(UserTokenForm):
    """The link of a letter, which is good no more once the person may not sign in."""

    def _get_user(self, uidb36: str) -> User | None:
        user: User | None = super()._get_user(uidb36)
        return user if user and user.is_active else None
