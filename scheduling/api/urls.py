"""Routes of scheduling, registered by `clinic.api`."""

from django.urls import URLPattern

from scheduling.api.appointments.views import Appointments
from scheduling.api.slots import Slots

routes = [("appointments", Appointments), ("slots", Slots)]
urlpatterns: list[URLPattern] = []
