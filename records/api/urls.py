"""Routes of charts, registered by `clinic.api`."""

from typing import Any

from django.urls import URLPattern, re_path

from records.api.documents import Documents
from records.api.encounters import Encounters
from records.api.findings import Allergies, Conditions, Medications
from records.api.notes import MedicalRecords
from records.api.summaries import HealthSummaries

tags = {
    "allergies": "What patients must not be given or come near to.",
    "conditions": "What patients have, or had.",
    "documents": "Files of charts: PDF, PNG and JPEG.",
    "encounters": "Meetings of patients with those who care for them.",
    "health-summaries": "Blood types and medical histories.",
    "medical-records": "Notes of doctors: drafted, signed, amended by a new version.",
    "medications": "What patients take, or took.",
}
routes: list[tuple[str, Any]] = [
    ("medical-records", MedicalRecords),
    ("encounters", Encounters),
    ("conditions", Conditions),
    ("allergies", Allergies),
    ("medications", Medications),
    ("documents", Documents),
    ("health-summaries", HealthSummaries),
]
# Each list once more, below one patient.
urlpatterns: list[URLPattern] = [
    re_path(
        rf"^patients/(?P<patient_id>[0-9]{{1,18}})/{name}/?$",
        view.as_view({"get": "list"}),
        name=f"patient-{name}",
    )
    for name, view in routes
]
