"""Routes of patients, registered by `clinic.api`."""

from django.urls import URLPattern, re_path

from patients.api import me, registration, registrations, views

tags = {
    "patients": "Patients' records: register, find, change, close and merge.",
    "registrations": "Accounts whose record the clinic has to name.",
}
routes = [("patients", views.Patients), ("registrations", registrations.Registrations)]
urlpatterns: list[URLPattern] = [
    re_path(r"^auth/register/?$", registration.Register.as_view(), name="register"),
    re_path(r"^auth/verify/?$", registration.Verify.as_view(), name="verify"),
    re_path(r"^auth/verify/resend/?$", registration.Resend.as_view(), name="verify-resend"),
    re_path(r"^auth/me/?$", me.Me.as_view(), name="me"),
]
