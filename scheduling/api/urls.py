"""Routes of scheduling, registered by `clinic.api`."""

from django.urls import URLPattern

from scheduling.api.appointments.views import Appointments
from scheduling.api.slots import Slots
from scheduling.api.types import AppointmentTypes

routes = [
    ("appointments", Appointments),
    ("appointment-types", AppointmentTypes),
    ("slots", Slots),
]
urlpatterns: list[URLPattern] = []
