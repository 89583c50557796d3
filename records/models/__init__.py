from records.models.document import Document
from records.models.encounter import Encounter
from records.models.findings import Allergy, Condition, Medication
from records.models.medical_record import MedicalRecord
from records.models.summary import HealthSummary

__all__ = [
    "Allergy",
    "Condition",
    "Document",
    "Encounter",
    "HealthSummary",
    "MedicalRecord",
    "Medication",
]
