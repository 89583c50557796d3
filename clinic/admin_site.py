"""The admin of the clinic: who enters it, and what it begins with."""

from functools import wraps
from typing import Any, cast

from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from clinic import today
from records.views import disclosure


class ClinicAdminSite(AdminSite):
    """Administrators alone work here; whoever else has signed in is told so, not asked again."""

    site_header = site_title = _("Clinic administration")
    index_title = _("Today")

    index_template = "admin/today.html"

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        more = {
            "figures": today.figures(timezone.now()),
            "settled": today.settled(cast("User", request.user)),
        }
        return super().index(request, (extra_context or {}) | more)

    def get_urls(self) -> list[Any]:
        everything = path(
            "patients/patient/<int:pk>/everything/<slug:form>/",
            self.admin_view(disclosure.everything),
            name="patients_patient_everything",
        )
        return [everything, *super().get_urls()]

    @method_decorator(login_not_required)
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead to the sign-in page of all others: the admin has no second door."""
        if not request.user.is_authenticated:
            return redirect_to_login(request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index"))
        if not self.has_permission(request):
            raise PermissionDenied
        return redirect("admin:index")

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        guarded = super().admin_view(view, cacheable)

        @wraps(guarded)
        def guard(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied
            return guarded(request, *args, **kwargs)

        return guard
