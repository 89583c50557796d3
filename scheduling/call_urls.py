"""Addresses of what a call or a walk-in asks for, within the names of `scheduling.urls`."""

from django.urls import path

from scheduling.views import again, first_openings, search, walk_in

urlpatterns = [
    path("search/", search.search, name="search"),
    path("openings/", first_openings.first_openings, name="first-openings"),
    path("appointments/<int:pk>/again/", again.again, name="again"),
    path("appointments/<int:pk>/take-back/", walk_in.take_back, name="take-back"),
    path("walk-in/", walk_in.here, name="walk-in-here"),
    path("facilities/<int:facility_id>/walk-in/", walk_in.walk_in, name="walk-in"),
]
