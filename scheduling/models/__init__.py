from scheduling.models.appointment import Appointment
from scheduling.models.appointment_type import AppointmentType
from scheduling.models.event import AppointmentEvent
from scheduling.models.hours import Closure, TimeOff, WorkingHours
from scheduling.models.waitlist import WaitlistEntry

__all__ = [
    "Appointment",
    "AppointmentEvent",
    "AppointmentType",
    "Closure",
    "TimeOff",
    "WaitlistEntry",
    "WorkingHours",
]
