from django.urls import path

from patients import access_views, duplicate_views, views

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
    path("access-log/", access_views.access_log, name="access-log"),
    path("access-log/log.csv", access_views.download, name="access-log-csv"),
    path("<int:pk>/seen-by/", access_views.seen_by, name="seen-by"),
    path("<int:pk>/edit/", views.edit, name="edit"),
]
