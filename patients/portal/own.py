"""Whose pages these are: every view of the portal is given the record of who is signed in."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from accounts.models import User
from patients.models import Patient

View = Callable[..., HttpResponseBase]


def for_patients(needs: str) -> Callable[[View], View]:
    """Make a view of the portal: of a patient's account alone, with the permission that it needs.

    Who has no record yet is told so.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def gate(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            user = cast("User", request.user)
            if user.is_clinic_staff or not user.has_perm(needs):
                raise PermissionDenied
            patient = Patient.objects.visible_to(user).select_related("facility").first()
            if patient is None:
                return render(request, "portal/not_linked.html", status=403)
            return view(request, patient, **kwargs)

        return gate

    return decorate
