from django.urls import path, register_converter

from records.views import chart, documents, notes, rows, today


class Finding:
    """What is added to a chart by a form, and comes to its end."""

    regex = "allergy|condition|medication"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class Kind(Finding):
    """What can be marked as entered in error."""

    regex = "allergy|condition|medication|document|healthsummary|medicalrecord"


register_converter(Finding, "finding")
register_converter(Kind, "kind")

app_name = "records"
urlpatterns = [
    path("today/", today.today, name="today"),
    path("<int:patient_id>/", chart.detail, name="chart"),
    path("<int:patient_id>/summary/", rows.summarise, name="summary"),
    path("<int:patient_id>/documents/", documents.upload, name="upload"),
    path("<int:patient_id>/documents/<int:pk>/", documents.download, name="document"),
    path("<int:patient_id>/notes/", notes.begin, name="begin-note"),
    path("<int:patient_id>/notes/<int:pk>/", notes.note, name="note"),
    path("<int:patient_id>/notes/<int:pk>/amend/", notes.amend, name="amend"),
    path("<int:patient_id>/notes/<int:pk>/discard/", notes.discard, name="discard"),
    path("<int:patient_id>/<finding:kind>/", rows.add, name="add"),
    path("<int:patient_id>/<finding:kind>/<int:pk>/end/", rows.end, name="end"),
    path("<int:patient_id>/<kind:kind>/<int:pk>/error/", rows.error, name="error"),
]
