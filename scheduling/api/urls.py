"""Routes of scheduling, registered by `clinic.api`."""

from typing import Any

from django.urls import URLPattern, re_path

from scheduling.api.absences import DoctorTimeOff, FacilityClosures
from scheduling.api.appointments.views import Appointments
from scheduling.api.doctor_status import DoctorStatus
from scheduling.api.feeds import DoctorFeed
from scheduling.api.hours import DoctorHours
from scheduling.api.series.views import Series
from scheduling.api.slots import Slots
from scheduling.api.types import AppointmentTypes
from scheduling.api.waitlist.views import Waitlist

tags = {
    "appointments": "Visits: hold a time, book, move, each step of the day, cancel, undo.",
    "appointment-types": "Kinds of visit: how long they take, and who offers them.",
    "series": "Appointments that repeat.",
    "slots": "Free times anywhere in the network.",
    "waitlist": "Who waits for a time that suits them.",
}
routes = [
    ("appointments", Appointments),
    ("appointment-types", AppointmentTypes),
    ("series", Series),
    ("slots", Slots),
    ("waitlist", Waitlist),
]

ID = "[0-9]{1,18}"
ROWS = {"get": "list", "post": "create"}
ROW = {"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}


def _below(parents: str, what: str, view: Any, *actions: str) -> list[URLPattern]:
    """Return the addresses of rows below a doctor or a facility, and of their actions."""
    parent = view.parent
    base, name = rf"^{parents}/(?P<{parent}_id>{ID})/{what}", f"{parent}-{what}"
    return [
        re_path(rf"{base}/?$", view.as_view(ROWS), name=f"{name}-list"),
        re_path(rf"{base}/(?P<pk>{ID})/?$", view.as_view(ROW), name=f"{name}-detail"),
        *(
            re_path(
                rf"{base}/(?P<pk>{ID})/{each}/?$",
                view.as_view({"get": each}, **getattr(view, each).kwargs),
                name=f"{name}-{each}",
            )
            for each in actions
        ),
    ]


urlpatterns: list[URLPattern] = [
    *_below("doctors", "working-hours", DoctorHours),
    *_below("doctors", "time-off", DoctorTimeOff, "affected"),
    *_below("facilities", "closures", FacilityClosures, "affected"),
    re_path(
        rf"^doctors/(?P<doctor_id>{ID})/calendar-feed/?$",
        DoctorFeed.as_view({"get": "retrieve", "post": "create", "delete": "destroy"}),
        name="doctor-calendar-feed",
    ),
    *(
        re_path(
            rf"^doctors/(?P<pk>{ID})/{step}/?$",
            DoctorStatus.as_view({"post": step}),
            name=f"doctor-{step}",
        )
        for step in ("activate", "deactivate")
    ),
]
