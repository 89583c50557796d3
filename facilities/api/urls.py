"""Routes of the facility network, registered by `clinic.api`."""

from django.urls import URLPattern

from facilities.api import users, views

routes = [("care-types", views.CareTypes), ("users", users.Users)]
urlpatterns: list[URLPattern] = []
