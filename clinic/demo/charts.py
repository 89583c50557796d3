"""The chart of the patient whose account the demo clinic has: something to read for both sides."""

from typing import Any

from accounts.models import User
from patients.models import Patient
from records.models import Allergy, Condition, HealthSummary, MedicalRecord, Medication


def write() -> None:
    """Write what the doctor of the demo clinic has found of its patient."""
    doctor = User.objects.get(username="doctor")
    patient = Patient.objects.select_related("facility").get(user__username="patient")
    about: dict[str, Any] = {
        "patient": patient,
        "facility": patient.facility,
        "recorded_by": doctor,
    }
    rash = {"code": "", "description": "Rash", "severity": "moderate"}
    for row in (
        Allergy(**about, description="Penicillin", category="medication", reactions=[rash]),
        Condition(**about, description="Essential hypertension"),
        Medication(**about, description="Lisinopril 10 mg", dosage="1 tablet each morning"),
        HealthSummary(**about, blood_type="O+", history="Appendix removed as a child."),
    ):
        row.record()
    note = MedicalRecord.objects.begin(patient=patient, facility=about["facility"], by=doctor)
    note.sign(
        by=doctor,
        revision=note.revision,
        diagnosis="Blood pressure under control",
        prescription="Lisinopril 10 mg, 1 tablet each morning",
        notes="128/82 today. Go on as before, and come again in half a year.",
    )
