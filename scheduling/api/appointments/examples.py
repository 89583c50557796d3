"""Visits as the API's description shows them; the people are nobody."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

from api import problems
from facilities.api.examples import HERE, WITH
from patients.api.examples import OF

TIME = {
    "doctor_id": WITH["doctor_id"],
    "facility_id": HERE["facility_id"],
    "starts_at": "2027-03-15T09:00:00-05:00",
}
SHOWN: dict[str, Any] = {
    "id": 42,
    **OF,
    **WITH,
    **HERE,
    "facility_timezone": "America/Chicago",
    "room_id": None,
    "room_name": None,
    "type_id": 4,
    "type_name": "Check-up",
    "starts_at": "2027-03-15T14:00:00Z",
    "ends_at": "2027-03-15T14:30:00Z",
    "blocked_until": "2027-03-15T14:40:00Z",
    "duration_minutes": 30,
    "status": "booked",
    "reason": "Yearly check-up",
    "notes": "",
    "cancel_reason": "",
    "hold_expires_at": None,
    "overbook": 0,
    "override_reason": "",
    "source": "desk",
    "series_id": None,
    "next_steps": ["cancelled"],
    "is_movable": True,
    "created_at": "2027-03-01T16:20:11.120000Z",
    "updated_at": "2027-03-01T16:20:11.120000Z",
    "version": 1,
}
ALTERNATIVE = {
    **WITH,
    **HERE,
    "starts_at": "2027-03-15T14:30:00Z",
    "ends_at": "2027-03-15T15:00:00Z",
    "facility_timezone": "America/Chicago",
    "miles": None,
    "type_id": 4,
}


def request(name: str, value: dict[str, Any]) -> OpenApiExample:
    return OpenApiExample(name, value, request_only=True)


WORDS = {"reason": "Yearly check-up"}
BOOK = request("By length", TIME | {"patient_id": OF["patient_id"], "duration_minutes": 30})
BOOK_BY_TYPE = request("By type, for oneself", TIME | {"type_id": 4} | WORDS)
HOLD = TIME | {"type_id": 4}
CONFIRM = {"patient_id": OF["patient_id"]} | WORDS
MOVE = {"starts_at": "2027-03-16T10:00:00-05:00", "notes": "Called at noon."}
CANCEL = {"reason": "Patient is ill"}
STATUS = request("Arrived", {"status": "arrived"})

LOST = problems.body(
    409,
    "doctor_busy",
    "That time, or part of it, has just been taken. Choose another time.",
    busy="doctor",
    alternatives=[ALTERNATIVE],
) | {"request_id": "6f1f0d0e"}
OUTSIDE_HOURS = problems.body(
    400,
    "outside_hours",
    "Nobody works then. Choose a time within working hours.",
    alternatives=[ALTERNATIVE],
) | {"request_id": "6f1f0d0e"}
WRONG_FIELD = problems.body(
    400,
    "invalid",
    "Some of the input is not right. See `errors`, correct it, and send it again.",
    [{"field": "starts_at", "code": "no_offset", "detail": "Add the offset from UTC."}],
) | {"request_id": "6f1f0d0e"}
HISTORY = {
    "results": [
        {
            "at": "2027-03-01T16:20:11.120000Z",
            "kind": "booked",
            "words": "Booked by Front Desk.",
            "by_name": "Front Desk",
            "reason": "",
            "from_status": "",
            "to_status": "booked",
            "from_starts_at": "2027-03-15T14:00:00Z",
            "to_starts_at": "2027-03-15T14:00:00Z",
            "from_doctor_name": WITH["doctor_name"],
            "to_doctor_name": WITH["doctor_name"],
        }
    ]
}
FILE = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//clinic//EN
BEGIN:VEVENT
UID:appointment-42@clinic
DTSTART:20270315T140000Z
DTEND:20270315T143000Z
SUMMARY:Dr. Example
END:VEVENT
END:VCALENDAR
"""
FREE = {name: value for name, value in ALTERNATIVE.items() if name != "type_id"}
