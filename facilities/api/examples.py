"""Rows as the API's description shows them; nobody and nothing has these names."""

from typing import Any

from accounts.api.serializers import EMAIL

HERE = {"facility_id": 12, "facility_name": "Riverside Clinic"}
WITH = {"doctor_id": 5, "doctor_name": "Dr. Example"}
CARE_TYPE = {"id": 3, "name": "Cardiology"}
FACILITY_NAME = {"id": 12, "name": "Riverside Clinic"}
DOCTOR_NAME = {"id": 5, "name": "Dr. Example"}

PUBLIC_FACILITY: dict[str, Any] = FACILITY_NAME | {
    "address_line": "12 River Road",
    "city": "Omaha",
    "state": "NE",
    "zip_code": "68114",
    "phone": "+14025550142",
    "timezone": "America/Chicago",
    "care_types": [CARE_TYPE],
    "is_full": False,
}
FACILITY_INPUT = {
    name: value
    for name, value in PUBLIC_FACILITY.items()
    if name not in ("id", "care_types", "is_full")
} | {"capacity": 400, "care_type_ids": [3]}
FACILITY = (
    PUBLIC_FACILITY
    | FACILITY_INPUT
    | {
        "zip_code_ranges": [{"id": 7, "zip_min": "68100", "zip_max": "68199"}],
        "registered_count": 361,
        "places_left": 39,
        "identifier": None,
        "is_active": True,
        "updated_at": "2027-03-14T14:30:00Z",
    }
)
MATCH = {
    "facility": PUBLIC_FACILITY,
    "places_left": 39,
    "miles": 3,
    "distance": "3 miles",
}
DOCTOR_INPUT: dict[str, Any] = {
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
DOCTOR = DOCTOR_INPUT | {
    "id": 5,
    "facilities": [FACILITY_NAME],
    "care_types": [CARE_TYPE],
    "updated_at": "2027-03-14T14:30:00Z",
}
ROOM_INPUT = {"name": "Room 2", "is_active": True}
ZIP_CODES = {"zip_min": "68100", "zip_max": "68199"}
ROOM = {"id": 9} | HERE | ROOM_INPUT
ZIP_CODE_RANGE = {"id": 7} | HERE | ZIP_CODES
MATCHES = {"has_room": True, "matches": [MATCH], "nearest": []}
USER: dict[str, Any] = {
    "id": 7,
    "username": "ada",
    "full_name": "Ada Example",
    "email": EMAIL,
    "role": "receptionist",
    "is_active": True,
    "facility_ids": [12],
    "facilities": [FACILITY_NAME],
    "picture": None,
    "last_login": "2027-03-14T14:30:00Z",
    "date_joined": "2027-01-04T09:00:00Z",
}
USER_INPUT = {
    name: USER[name] for name in ("username", "full_name", "email", "role", "facility_ids")
}
