"""Routes of the facility network, registered by `clinic.api`."""

from django.urls import URLPattern

from facilities.api import views

routes = [("care-types", views.CareTypes)]
urlpatterns: list[URLPattern] = []
