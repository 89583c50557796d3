"""Routes of patients, registered by `clinic.api`."""

from django.urls import URLPattern

from patients.api import views

routes = [("patients", views.Patients)]
urlpatterns: list[URLPattern] = []
