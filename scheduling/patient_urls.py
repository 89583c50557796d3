"""What is done on a patient's page that scheduling has a part in."""

from django.urls import path

from scheduling.views import contacts, merging, patient

urlpatterns = [
    path("patients/<int:pk>/", patient.detail, name="patient"),
    path("patients/<int:pk>/contacts/", contacts.add, name="patient-contact"),
    path("patients/<int:pk>/merge/<int:other_pk>/", merging.merge, name="patient-merge"),
    path("patients/merges/<int:pk>/undo/", merging.undo, name="patient-unmerge"),
]
