"""Examples of requests and answers, for the API's description. Nobody of this name is known."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

_INPUT: dict[str, Any] = {
    "given_name": "Example",
    "family_name": "Person",
    "date_of_birth": "1980-02-29",
    "gender": "unknown",
    "phone": "+14025550142",
    "zip_code": "68114",
    "facility_id": 12,
    "assigned_doctor_id": 5,
    "identifiers": [{"system": "urn:example:insurer", "value": "A-1001"}],
}
_PATIENT = _INPUT | {
    "id": 41,
    "mrn": "00000041",
    "name": "Example Person",
    "maiden_name": "",
    "email": "",
    "address_line": "",
    "city": "",
    "state": "",
    "language": "en",
    "facility_name": "Riverside Clinic",
    "assigned_doctor_name": "Dr. Example",
    "deceased_on": None,
    "merged_into_id": None,
    "is_active": True,
    "version": 1,
    "created_at": "2027-03-14T14:30:00Z",
    "updated_at": "2027-03-14T14:30:00Z",
}
_ALIKE = [
    {
        "id": 17,
        "mrn": "00000017",
        "name": "Exampel Person",
        "date_of_birth": "1980-02-29",
        "facility_name": "Riverside Clinic",
        "is_active": True,
    }
]
_MERGE = {
    "id": 2,
    "merged_id": 41,
    "merged_name": "Example Person",
    "into_id": 17,
    "into_name": "Exampel Person",
    "by_name": "Front Desk",
    "at": "2027-03-14T14:30:00Z",
    "undone_at": None,
    "moved": {"appointments": 3, "waitlist entries": 1},
    "filled": ["phone"],
}
_QUERY = {name: _INPUT[name] for name in ("given_name", "family_name", "date_of_birth", "phone")}


def _sent(value: Any) -> OpenApiExample:
    return OpenApiExample("Sent", value, request_only=True)


def _answered(value: Any) -> OpenApiExample:
    return OpenApiExample("Answered", value, response_only=True)


PATIENT = [_sent(_INPUT), _answered(_PATIENT)]
REGISTERED = [_answered(_PATIENT | {"likely_duplicates": _ALIKE})]
LIKELY_DUPLICATES = [_sent(_QUERY), _answered({"likely_duplicates": _ALIKE})]
MERGE = [_sent({"into_id": 17, "version": 1, "into_version": 4}), _answered(_MERGE)]
UNMERGE = [_answered(_MERGE | {"undone_at": "2027-03-14T15:00:00Z"})]
