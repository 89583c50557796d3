"""Patients as the API's description shows them. Nobody of these names is known."""

from typing import Any

from facilities.api.examples import HERE, WITH

INPUT: dict[str, Any] = {
    "given_name": "Ada",
    "family_name": "Example",
    "date_of_birth": "1980-02-29",
    "gender": "unknown",
    "phone": "+14025550142",
    "zip_code": "68114",
    "facility_id": HERE["facility_id"],
    "assigned_doctor_id": WITH["doctor_id"],
    "identifiers": [{"system": "urn:example:insurer", "value": "A-1001"}],
}
PATIENT = INPUT | {
    "id": 41,
    "mrn": "00000041",
    "name": "Ada Example",
    "maiden_name": "",
    "email": "",
    "address_line": "",
    "city": "",
    "state": "",
    "language": "en",
    "facility_name": HERE["facility_name"],
    "assigned_doctor_name": WITH["doctor_name"],
    "deceased_on": None,
    "merged_into_id": None,
    "is_active": True,
    "version": 1,
    "created_at": "2027-03-14T14:30:00Z",
    "updated_at": "2027-03-14T14:30:00Z",
}
ALIKE = [
    {
        "id": 17,
        "mrn": "00000017",
        "name": "Adah Example",
        "date_of_birth": "1980-02-29",
        "facility_name": HERE["facility_name"],
        "is_active": True,
    }
]
MERGE = {
    "id": 2,
    "merged_id": 41,
    "merged_name": "Ada Example",
    "into_id": 17,
    "into_name": "Adah Example",
    "by_name": "Front Desk",
    "at": "2027-03-14T14:30:00Z",
    "undone_at": None,
    "moved": {"appointments": 3, "waitlist entries": 1},
    "filled": ["phone"],
}
QUERY = {name: INPUT[name] for name in ("given_name", "family_name", "date_of_birth", "phone")}
OF = {"patient_id": PATIENT["id"], "patient_name": PATIENT["name"]}
