from django.urls import path

from scheduling.views import paper

urlpatterns = [
    path("desk/<int:facility_id>/day-sheet.pdf", paper.day_sheet, name="day-sheet"),
    path("appointments/<int:pk>/slip.pdf", paper.slip, name="slip"),
]
