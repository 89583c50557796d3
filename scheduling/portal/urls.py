from django.urls import path

from scheduling.portal import booking, moving, visits

urlpatterns = [
    path("", visits.visits, name="visits"),
    path("visits/<int:pk>/", visits.visit, name="visit"),
    path("visits/<int:pk>/calendar.ics", visits.file, name="visit-file"),
    path("visits/<int:pk>/move/", moving.move, name="move"),
    path("visits/<int:pk>/cancel/", visits.cancel, name="cancel"),
    path("visits/<int:pk>/undo/", visits.undo, name="undo"),
    path("book/", booking.types, name="book"),
    path("book/<int:type_id>/", booking.times, name="times"),
    path("book/<int:type_id>/hold/", booking.hold, name="hold"),
    path("holds/<int:pk>/", booking.confirm, name="confirm"),
    path("holds/<int:pk>/release/", booking.release, name="release"),
]
