"""Routes of scheduling, registered by `clinic.api`."""

from django.urls import URLPattern

from scheduling.api.appointments.views import Appointments

routes = [("appointments", Appointments)]
urlpatterns: list[URLPattern] = []
