"""Accounts and their sign-ins, kept by an administrator through the model's own methods."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import passwords
from accounts.admin_rows import ReadOnlyAdmin, SaysWhyNot, each
from accounts.forms import InvitationForm
from accounts.models import SignIn, User


@admin.register(User)
class UserAdmin(SaysWhyNot, DjangoUserAdmin):
    form, add_form = forms.ModelForm, InvitationForm
    list_display = ["username", "full_name", "email", "role", "is_active", "last_login"]
    list_display += ["has_chosen_a_password"]
    list_filter = ["role", "is_active", "last_login"]
    search_fields = ["username", "full_name", "email"]
    ordering = ["full_name"]
    filter_horizontal = []
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["username"]}),
        (_("Person"), {"fields": ["full_name", "email", "language"]}),
        (_("Access"), {"fields": ["role", "is_active"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (
            None,
            {
                "fields": ["username", "full_name", "email", "role"],
                "description": _(
                    "The person is mailed a link to choose a password, which is good for three "
                    "days and once."
                ),
            },
        ),
    ]
    actions = ["activate", "deactivate", "invite_again", "sign_out", "remove_second_step"]
    actions += ["delete_each"]

    def get_urls(self) -> list[Any]:
        """Leave out the page where an administrator would type somebody's password."""
        return [each for each in super().get_urls() if each.name != "auth_user_password_change"]

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            self.invite(request, obj)

    def invite(self, request: HttpRequest, user: User) -> None:
        """Mail the link, and let the history of the account tell who did."""
        passwords.invite(user, request)
        self.log_change(request, user, gettext("Invited by a letter."))

    @admin.display(boolean=True, description=_("password chosen"))
    def has_chosen_a_password(self, user: User) -> bool:
        return user.has_usable_password()

    @admin.action(description=_("Mail the selected people their invitation again"))
    def invite_again(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        each(self, request, chosen, lambda user: self.invite(request, user))

    @admin.action(description=_("Let the selected people sign in"))
    def activate(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        each(self, request, chosen, User.activate)

    @admin.action(description=_("Let the selected people sign in no more"))
    def deactivate(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        each(self, request, chosen, User.deactivate)

    @admin.action(description=_("Sign the selected people out everywhere"))
    def sign_out(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        here = request.session.session_key
        each(self, request, chosen, lambda user: user.sign_out_everywhere(here=here))

    @admin.action(description=_("Take away the second step of the selected people’s sign-in"))
    def remove_second_step(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        here = request.session.session_key
        each(self, request, chosen, lambda user: user.remove_second_step(here=here))

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        """Delete the account where nothing refers to it, and never the last administrator's."""
        if obj.is_referred_to():
            raise ValidationError(
                gettext(
                    "Records refer to this account, so it cannot be deleted. "
                    "Let the person sign in no more instead."
                ),
                code="in_use",
            )
        obj.remove()

    @contextmanager
    def refused(self) -> Iterator[None]:
        """Translate too what somebody else has just taken: the form has looked before."""
        try:
            with super().refused():
                yield
        except IntegrityError as error:
            raise ValidationError(
                gettext("Somebody has just changed accounts. Look at them, then save again.")
            ) from error


@admin.register(SignIn)
class SignInAdmin(ReadOnlyAdmin, admin.ModelAdmin):
    """Where people are signed in with an app; the token itself is not kept."""

    list_display = ["user", "created_at", "last_used_at", "expires_at", "revoked_at"]
    list_filter = [("revoked_at", admin.EmptyFieldListFilter), "user__role"]
    list_select_related = ["user"]
    search_fields = ["user__username", "user__full_name", "user__email"]
    date_hierarchy = "last_used_at"
    fields = ["user", "created_at", "last_used_at", "expires_at", "revoked_at"]
    actions = ["revoke"]

    @admin.action(description=_("End the selected sign-ins"))
    def revoke(self, request: HttpRequest, chosen: QuerySet[SignIn]) -> None:
        def end(sign_in: Any) -> None:
            if not SignIn.objects.filter(pk=sign_in.pk).revoke():
                raise ValidationError(gettext("This sign-in has ended already."), code="stale")

        each(self, request, chosen, end)
