"""Records that are opened in the admin."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

from audit.kinds import Kind
from audit.reading import shows

if TYPE_CHECKING:
    Base = admin.ModelAdmin
else:
    Base = object


class ShowsRecordsInAdmin(Base):
    """Mix into the admin of what belongs to a patient: each page of one row is noted.

    `patient_field` names the attribute that holds the patient's id.
    """

    patient_field = "patient_id"
    shown_as: str = Kind.ADMIN

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        row = super().get_object(request, object_id, from_field)
        patient = getattr(row, self.patient_field, None)
        if patient is not None:
            shows(request, self.shown_as, [patient])
        return row
