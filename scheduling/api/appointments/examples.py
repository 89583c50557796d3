"""Requests and answers as the API's description shows them; the people are nobody."""

from typing import Any

from drf_spectacular.utils import OpenApiExample

from api import problems

TIME = {
    "doctor_id": 7,
    "facility_id": 2,
    "starts_at": "2027-03-15T09:00:00-05:00",
}
SHOWN: dict[str, Any] = {
    "id": 42,
    "patient_id": 311,
    "patient_name": "Given Family",
    "doctor_id": 7,
    "doctor_name": "Dr. Example",
    "facility_id": 2,
    "facility_name": "Northside",
    "facility_timezone": "America/Chicago",
    "room_id": None,
    "room_name": None,
    "type_id": 3,
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
    "doctor_id": 7,
    "doctor_name": "Dr. Example",
    "facility_id": 2,
    "facility_name": "Northside",
    "facility_timezone": "America/Chicago",
    "starts_at": "2027-03-15T14:30:00Z",
    "ends_at": "2027-03-15T15:00:00Z",
    "miles": None,
    "type_id": 3,
}


def request(name: str, value: dict[str, Any]) -> OpenApiExample:
    return OpenApiExample(name, value, request_only=True)


def answer(name: str, value: dict[str, Any], status: str = "200") -> OpenApiExample:
    return OpenApiExample(name, value, response_only=True, status_codes=[status])


BOOK = request("By length", TIME | {"patient_id": 311, "duration_minutes": 30})
BOOK_BY_TYPE = request("By type, for oneself", TIME | {"type_id": 3, "reason": "Yearly check-up"})
HOLD = request("Hold", TIME | {"type_id": 3})
CONFIRM = request("Confirm", {"patient_id": 311, "reason": "Yearly check-up"})
MOVE = request("Move", {"starts_at": "2027-03-16T10:00:00-05:00", "notes": "Called at noon."})
CANCEL = request("Cancel", {"reason": "Patient is ill"})
STATUS = request("Arrived", {"status": "arrived"})
BOOKED = OpenApiExample("Booked", SHOWN, response_only=True, status_codes=["200", "201"])
LOST = answer(
    "Taken",
    problems.body(
        409,
        "doctor_busy",
        "That time, or part of it, has just been taken. Choose another time.",
        busy="doctor",
        alternatives=[ALTERNATIVE],
    )
    | {"request_id": "6f1f0d0e"},
    "409",
)
HISTORY = answer(
    "Booked",
    {
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
                "from_doctor_name": "Dr. Example",
                "to_doctor_name": "Dr. Example",
            }
        ]
    },
)
