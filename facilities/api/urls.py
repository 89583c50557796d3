"""Routes of the facility network, registered by `clinic.api`."""

from typing import Any

from django.urls import URLPattern, re_path

from facilities.api import users, views

tags = {
    "users": "Accounts of staff and patients, for administrators.",
    "care-types": "The kinds of care that facilities offer.",
    "facilities": "Places of care, their rooms, ZIP codes and closures, and which one fits whom.",
    "rooms": "Rooms of all one's facilities.",
    "zip-code-ranges": "The ZIP codes that facilities serve.",
    "doctors": "Doctors, their weekly hours, their time off and their calendars.",
}
routes = [
    ("care-types", views.CareTypes),
    ("facilities", views.Facilities),
    ("rooms", views.Rooms),
    ("zip-code-ranges", views.ZipCodeRanges),
    ("doctors", views.Doctors),
    ("users", users.Users),
]


def _of_facility(what: str, view: Any) -> URLPattern:
    handlers = {"get": "list", "post": "create"}
    return re_path(
        rf"^facilities/(?P<facility_id>[0-9]{{1,18}})/{what}/?$",
        view.as_view(handlers),
        name=f"facility-{what}",
    )


urlpatterns: list[URLPattern] = [
    _of_facility("rooms", views.FacilityRooms),
    _of_facility("zip-code-ranges", views.FacilityZipCodeRanges),
]
