from django.urls import path

from patients import duplicate_views, views

app_name = "patients"
urlpatterns = [
    path("", views.patient_list, name="list"),
    path("find/", views.find, name="find"),
    path("new/", views.new, name="new"),
    path("alike/", views.alike, name="alike"),
    path("duplicates/", duplicate_views.duplicates, name="duplicates"),
    path("duplicates/count/", duplicate_views.count, name="duplicate-count"),
    path("duplicates/different/", duplicate_views.different, name="different"),
    path("duplicates/<int:pk>/undo/", duplicate_views.not_different, name="not-different"),
    path("<int:pk>/edit/", views.edit, name="edit"),
]
