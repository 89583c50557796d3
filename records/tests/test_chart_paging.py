"""Everything of a chart can be reached, however much there is."""

import pytest
from django.utils import timezone

from records.chart import A_PAGE
from records.models import HealthSummary
from records.tests.charting import chart, doctor, facility, patient, text
from records.tests.factories import (
    AllergyFactory,
    ConditionFactory,
    DocumentFactory,
    HealthSummaryFactory,
    MedicationFactory,
)

__all__ = ["doctor", "facility", "patient"]

pytestmark = pytest.mark.django_db

ENDED = {"allergy": AllergyFactory, "condition": ConditionFactory, "medication": MedicationFactory}


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def test_the_oldest_document_is_on_the_last_page(client, doctor, facility, patient):
    rows = [DocumentFactory(patient=patient, facility=facility) for _ in range(2 * A_PAGE + 1)]
    oldest = f"/documents/{rows[0].pk}/"
    page = text(client.get(chart(patient)))
    assert oldest not in page
    assert "?documents=2#document" in page
    last = client.get(chart(patient), {"documents": 3})
    assert oldest in text(last)
    assert last.context["documents"].object_list == [rows[0]]


@pytest.mark.parametrize("kind", ENDED)
def test_the_first_of_what_is_over_is_on_the_last_page(client, doctor, facility, patient, kind):
    rows = [ENDED[kind](patient=patient, facility=facility) for _ in range(A_PAGE + 1)]
    for row in rows:
        at = timezone.now() if kind == "medication" else timezone.localdate(timezone=patient.tz)
        row.end(at, by=doctor)
    assert f">{rows[0].description}<" not in text(client.get(chart(patient)))
    page = text(client.get(chart(patient), {kind: 2}))
    assert f">{rows[0].description}<" in page
    assert '<details class="chart-past" open>' in page


def test_the_first_summary_is_on_the_last_page(client, doctor, facility, patient):
    for number in range(A_PAGE + 2):
        HealthSummaryFactory(patient=patient, facility=facility, history=f"Number {number}.")
    assert "Number 0." not in text(client.get(chart(patient)))
    page = text(client.get(chart(patient), {"summaries": 2}))
    assert "Number 0." in page
    assert f"Number {A_PAGE + 1}." in page


def test_the_summary_that_counts_is_shown_below_any_number_in_error(
    client, doctor, facility, patient
):
    HealthSummaryFactory(patient=patient, facility=facility, history="This one counts.")
    for _ in range(A_PAGE + 15):
        wrong = HealthSummaryFactory(patient=patient, facility=facility, history="Wrong.")
        wrong.mark_entered_in_error(by=doctor, reason="Mixed up")
    assert client.get(chart(patient)).context["summary"] == HealthSummary.objects.of(patient)
    assert "This one counts." in text(client.get(chart(patient)))


def test_a_page_that_is_none_is_the_nearest(client, doctor, facility, patient):
    DocumentFactory(patient=patient, facility=facility)
    for number in ("0", "x", "99"):
        answer = client.get(chart(patient), {"documents": number, "allergy": number})
        assert (answer.status_code, len(answer.context["documents"].object_list)) == (200, 1)
