"""Examples of requests and answers, for the API's description."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

_PUBLIC_FACILITY: dict[str, Any] = {
    "id": 12,
    "name": "Riverside Clinic",
    "address_line": "12 River Road",
    "city": "Omaha",
    "state": "NE",
    "zip_code": "68114",
    "phone": "+14025550142",
    "timezone": "America/Chicago",
    "care_types": [{"id": 3, "name": "Cardiology"}],
    "is_full": False,
}
_FACILITY_INPUT = {
    name: value
    for name, value in _PUBLIC_FACILITY.items()
    if name not in ("id", "care_types", "is_full")
} | {"capacity": 400, "care_type_ids": [3]}
_FACILITY = (
    _PUBLIC_FACILITY
    | _FACILITY_INPUT
    | {
        "zip_code_ranges": [{"id": 7, "zip_min": "68100", "zip_max": "68199"}],
        "registered_count": 361,
        "places_left": 39,
        "identifier": None,
        "is_active": True,
        "updated_at": "2027-03-14T14:30:00Z",
    }
)
_MATCH = {
    "facility": _PUBLIC_FACILITY,
    "places_left": 39,
    "miles": 3,
    "distance": "3 miles",
}
_DOCTOR_INPUT: dict[str, Any] = {
    "name": "Dr. Example",
    "specialization": "Cardiology",
    "years_of_experience": 11,
    "facility_ids": [12],
    "care_type_ids": [3],
    "user_id": None,
    "licence_number": "NE-40112",
    "identifier": None,
    "is_active": True,
}
A_DOCTOR = _DOCTOR_INPUT | {
    "id": 5,
    "facilities": [{"id": 12, "name": "Riverside Clinic"}],
    "care_types": [{"id": 3, "name": "Cardiology"}],
    "updated_at": "2027-03-14T14:30:00Z",
}


def _both(name: str, given: Any, answer: Any) -> list[OpenApiExample]:
    return [
        OpenApiExample(f"{name}, sent", given, request_only=True),
        OpenApiExample(name, answer, response_only=True),
    ]


FACILITY = _both("Facility", _FACILITY_INPUT, _FACILITY)
MATCHES = [
    OpenApiExample(
        "One has room", {"has_room": True, "matches": [_MATCH], "nearest": []}, response_only=True
    )
]
_HERE = {"facility_id": 12, "facility_name": "Riverside Clinic"}
_ROOM = {"name": "Room 2", "is_active": True}
_ZIP_CODES = {"zip_min": "68100", "zip_max": "68199"}
ROOM = _both("Room", {"facility_id": 12} | _ROOM, {"id": 9} | _HERE | _ROOM)
ROOM_HERE = _both("Room", _ROOM, {"id": 9} | _HERE | _ROOM)
ZIP_CODE_RANGE = _both(
    "ZIP codes", {"facility_id": 12} | _ZIP_CODES, {"id": 7} | _HERE | _ZIP_CODES
)
ZIP_CODE_RANGE_HERE = _both("ZIP codes", _ZIP_CODES, {"id": 7} | _HERE | _ZIP_CODES)
DOCTOR = _both("Doctor", _DOCTOR_INPUT, A_DOCTOR)
