from scheduling.models.appointment import Appointment
from scheduling.models.appointment_type import AppointmentType
from scheduling.models.event import AppointmentEvent
from scheduling.models.feed import CalendarFeed
from scheduling.models.free_time import FreeTime, FreeTimeHorizon
from scheduling.models.hours import Closure, TimeOff, WorkingHours
from scheduling.models.practitioner import Practitioner
from scheduling.models.series import AppointmentSeries
from scheduling.models.venue import Venue
from scheduling.models.visitor import Visitor
from scheduling.models.waitlist import WaitlistEntry

__all__ = [
    "Appointment",
    "AppointmentEvent",
    "AppointmentSeries",
    "AppointmentType",
    "CalendarFeed",
    "Closure",
    "FreeTime",
    "FreeTimeHorizon",
    "Practitioner",
    "TimeOff",
    "Venue",
    "Visitor",
    "WaitlistEntry",
    "WorkingHours",
]
