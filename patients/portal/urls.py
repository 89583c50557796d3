from django.urls import path

from patients.portal import views

urlpatterns = [path("details/", views.details, name="details")]
