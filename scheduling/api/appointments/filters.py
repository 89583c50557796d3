from typing import Any

from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from rest_framework.exceptions import ValidationError

from api.filters import DayFilter, Id, Starting
from facilities.models import Facility
from scheduling.models import Appointment
from scheduling.status import Status

ORDERINGS = ("starts_at", "-starts_at", "updated_at")


class AppointmentFilter(Starting):
    doctor = Id(field_name="doctor_id")
    patient = Id(field_name="patient_id")
    facility = Id(field_name="facility_id")
    type = Id(field_name="type_id")
    series = Id(field_name="series_id")
    status = filters.MultipleChoiceFilter(
        choices=Status.choices, help_text="Repeat it for several."
    )
    source = filters.ChoiceFilter(choices=Appointment.Source.choices)
    date = DayFilter(
        method="on_day", help_text="A day by the clock of the facility, which `facility` names."
    )
    ordering = filters.ChoiceFilter(
        choices=[(each, each) for each in ORDERINGS], method="in_order", empty_label=None
    )

    class Meta:
        model = Appointment
        fields: list[str] = []

    def on_day(self, rows: Any, name: str, day: Any) -> Any:
        facility = self.form.cleaned_data.get("facility")
        if facility is None:
            raise ValidationError(
                {"date": [_("Say with `facility` by whose clock the day counts.")]}
            )
        visible = Facility.objects.visible_to(self.request.user).filter(pk=facility).first()
        return rows.on_day(day, visible) if visible else rows.none()

    def in_order(self, rows: Any, name: str, value: str) -> Any:
        return rows.order_by(value, "pk")
