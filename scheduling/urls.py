from django.urls import path

from scheduling.views import appointment, board, booking, finding, holds, moving, patient

app_name = "scheduling"
urlpatterns = [
    path("", board.desk, name="desk"),
    path("desk/<int:facility_id>/", board.board, name="board"),
    path("find/", finding.find, name="find"),
    path("facilities/<int:facility_id>/hold/", holds.hold, name="hold"),
    path("holds/<int:pk>/release/", holds.release, name="release"),
    path("facilities/<int:facility_id>/book/", booking.book, name="book"),
    path("facilities/<int:facility_id>/patients/", booking.find_patient, name="find-patient"),
    path("facilities/<int:facility_id>/same-person/", booking.same_person, name="same-person"),
    path("patients/<int:pk>/", patient.detail, name="patient"),
    path("appointments/<int:pk>/", appointment.detail, name="appointment"),
    path("appointments/<int:pk>/arrive/", appointment.arrive, name="arrive"),
    path("appointments/<int:pk>/check-in/", appointment.check_in, name="check-in"),
    path("appointments/<int:pk>/done/", appointment.fulfil, name="fulfil"),
    path("appointments/<int:pk>/noshow/", appointment.noshow, name="noshow"),
    path("appointments/<int:pk>/undo/", appointment.undo, name="undo"),
    path("appointments/<int:pk>/cancel/", appointment.cancel, name="cancel"),
    path("appointments/<int:pk>/move/", moving.reschedule, name="reschedule"),
]
