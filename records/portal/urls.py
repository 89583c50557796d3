from django.urls import path

from records.portal import views

urlpatterns = [
    path("records/", views.records, name="records"),
    path("records/notes/<int:pk>/", views.note, name="note"),
    path("records/documents/<int:pk>/", views.document, name="document"),
]
