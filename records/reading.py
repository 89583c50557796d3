"""The one gate to what a chart holds: every view that shows clinical data goes through `reads`.

It asks for the permission, finds the patient among the charts that the person may open, notes who
reads what of whom in the access log, and keeps the answer out of every cache.
"""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_cache_control

from audit.reading import shows
from patients.models import Patient
from patients.portal.own import for_patients
from records.scope import MAY_READ, charts_of

if TYPE_CHECKING:
    from scheduling.views.answers import DeskRequest

View = Callable[..., HttpResponseBase]


def reads(what: str, *, needs: str = MAY_READ) -> Callable[[View], View]:
    """Make a view of a chart: it is given the patient whom `patient_id` of its address names.

    `what` says what of the chart the view shows. `needs` is the permission that it takes beside
    that of reading; `{kind}` in it stands for the view's argument of that name.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def gate(request: "DeskRequest", patient_id: int, **kwargs: Any) -> HttpResponseBase:
            if not request.user.has_perms([MAY_READ, needs.format(**kwargs)]):
                raise PermissionDenied
            charts = charts_of(request.user).select_related("facility", "merged_into")
            patient = get_object_or_404(charts, pk=patient_id)
            shows(request, what, [patient.pk])
            response = view(request, patient, **kwargs)
            patch_cache_control(response, private=True, no_store=True)
            return response

        return gate

    return decorate


def reads_own(what: str, *, needs: str = MAY_READ) -> Callable[[View], View]:
    """Make a view of the patient's own chart, of whoever is signed in, through the same gate."""

    def decorate(view: View) -> View:
        gate = reads(what, needs=needs)(view)

        @wraps(view)
        @for_patients(MAY_READ)
        def own(request: "DeskRequest", patient: Patient, **kwargs: Any) -> HttpResponseBase:
            return gate(request, patient_id=patient.pk, **kwargs)

        return own

    return decorate
