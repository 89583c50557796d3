"""Clinical rows as the API's description shows them. Nobody of these names is known."""

from typing import Any

from facilities.api.examples import HERE, WITH
from patients.api.examples import OF

ROW: dict[str, Any] = (
    OF
    | HERE
    | {
        "recorded_by_name": "Dr. Example",
        "recorded_at": "2027-03-14T14:30:00Z",
        "updated_at": "2027-03-14T14:30:00Z",
        "error_at": None,
        "error_by_name": None,
        "error_reason": "",
    }
)
WHOSE = {"patient_id": OF["patient_id"]}
COURSE = {"encounter_id": None}

ALLERGY_INPUT: dict[str, Any] = (
    WHOSE
    | COURSE
    | {
        "description": "Penicillin G",
        "code": "7980",
        "system": "RxNorm",
        "type": "allergy",
        "category": "medication",
        "reactions": [
            {"code": "247472004", "description": "Wheal (finding)", "severity": "severe"}
        ],
        "onset_on": "2011-03-02",
    }
)
ALLERGY = ROW | ALLERGY_INPUT | {"id": 31, "abated_on": None, "is_active": True}
ENDED = {"ended_by_name": None}
CONDITION_INPUT: dict[str, Any] = (
    WHOSE
    | COURSE
    | {
        "description": "Essential hypertension",
        "code": "59621000",
        "system": "SNOMED-CT",
        "onset_on": "2024-11-05",
        "note": "",
    }
)
CONDITION = ROW | CONDITION_INPUT | ENDED | {"id": 32, "abated_on": None, "is_active": True}
ALLERGY |= ENDED
MEDICATION_INPUT: dict[str, Any] = (
    WHOSE
    | COURSE
    | {
        "description": "Lisinopril 10 MG Oral Tablet",
        "code": "314076",
        "system": "RxNorm",
        "dosage": "1 tablet daily",
        "starts_at": "2024-11-05T15:00:00Z",
        "reason": "Essential hypertension",
    }
)
MEDICATION = (
    ROW
    | MEDICATION_INPUT
    | ENDED
    | {
        "id": 33,
        "stops_at": None,
        "prescriber_id": WITH["doctor_id"],
        "prescriber_name": WITH["doctor_name"],
        "reason_code": "59621000",
        "is_active": True,
    }
)
ENCOUNTER = (
    ROW
    | WITH
    | {
        "id": 34,
        "appointment_id": 77,
        "starts_at": "2027-03-14T14:00:00Z",
        "ends_at": "2027-03-14T14:30:00Z",
        "encounter_class": "ambulatory",
        "code": "185345009",
        "description": "Encounter for symptom",
        "reason_code": "10509002",
        "reason": "Acute bronchitis",
    }
)
NOTE_INPUT: dict[str, Any] = WHOSE | {
    "appointment_id": 77,
    "diagnosis": "Acute bronchitis",
    "prescription": "",
    "notes": "Lungs clear on both sides.",
}
NOTE = (
    ROW
    | WITH
    | NOTE_INPUT
    | {
        "id": 35,
        "version": 1,
        "original_id": None,
        "amends_id": None,
        "amend_reason": "",
        "is_signed": True,
        "is_newest": True,
        "signed_at": "2027-03-14T14:40:00Z",
        "signed_by_name": "Dr. Example",
    }
)
DRAFT = NOTE | {
    "is_signed": False,
    "is_newest": False,
    "signed_at": None,
    "signed_by_name": None,
}
AMENDMENT = DRAFT | {
    "id": 36,
    "version": 2,
    "original_id": 35,
    "amends_id": 35,
    "amend_reason": "Typing error",
}
DOCUMENT = (
    ROW
    | WHOSE
    | {
        "id": 37,
        "title": "Blood count",
        "kind": "lab-report",
        "content_type": "application/pdf",
        "size": 48_213,
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "content": "/api/v1/documents/37/content",
    }
)
SUMMARY_INPUT: dict[str, Any] = WHOSE | {"blood_type": "O+", "history": "Asthma as a child."}
SUMMARY = ROW | SUMMARY_INPUT | {"id": 38, "is_current": True}
