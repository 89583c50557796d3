"""Addresses of hours, absences and their work lists, within the names of `scheduling.urls`."""

from django.urls import path

from scheduling.models import Closure, TimeOff
from scheduling.views import absences, blocking, doctors, worklist

TIME_OFF, CLOSURE = {"kind": TimeOff}, {"kind": Closure}

urlpatterns = [
    path("doctors/", doctors.doctor_list, name="doctors"),
    path("doctors/<int:doctor_id>/hours/", doctors.hours, name="hours"),
    path("doctors/<int:doctor_id>/hours/add/", doctors.add_hours, name="add-hours"),
    path("doctors/<int:doctor_id>/hours/<int:pk>/", doctors.change_hours, name="change-hours"),
    path("doctors/<int:doctor_id>/hours/<int:pk>/end/", doctors.end_hours, name="end-hours"),
    path(
        "doctors/<int:doctor_id>/hours/<int:pk>/delete/", doctors.delete_hours, name="delete-hours"
    ),
    path("doctors/<int:doctor_id>/time-off/", absences.of_doctor, name="doctor-time-off"),
    path("doctors/<int:doctor_id>/stranded/", worklist.outside_hours, name="stranded"),
    path("doctors/<int:doctor_id>/stranded/move/", worklist.move_stranded, name="move-stranded"),
    path("absences/", absences.coming, name="absences"),
    path("absences/time-off/add/", absences.add_time_off, name="add-time-off"),
    path("absences/time-off/<int:pk>/", worklist.absence, TIME_OFF, name="time-off"),
    path("absences/time-off/<int:pk>/edit/", absences.change, TIME_OFF, name="change-time-off"),
    path("absences/time-off/<int:pk>/delete/", absences.delete, TIME_OFF, name="delete-time-off"),
    path(
        "absences/time-off/<int:pk>/move/", worklist.move_affected, TIME_OFF, name="move-time-off"
    ),
    path("desk/<int:facility_id>/block/<int:doctor_id>/", blocking.block, name="block"),
    path(
        "absences/time-off/<int:pk>/take-back/<int:facility_id>/",
        blocking.take_back,
        name="unblock",
    ),
    path("absences/closures/add/", absences.add_closure, name="add-closure"),
    path("absences/closures/<int:pk>/", worklist.absence, CLOSURE, name="closure"),
    path("absences/closures/<int:pk>/edit/", absences.change, CLOSURE, name="change-closure"),
    path("absences/closures/<int:pk>/delete/", absences.delete, CLOSURE, name="delete-closure"),
    path("absences/closures/<int:pk>/move/", worklist.move_affected, CLOSURE, name="move-closure"),
]
