import pytest
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import UserFactory
from facilities.tests.factories import FacilityFactory
from scheduling.models import WaitlistEntry
from scheduling.tests.factories import WaitlistEntryFactory

pytestmark = pytest.mark.django_db


def url(page: str, *args: int) -> str:
    return reverse(f"admin:scheduling_waitlistentry_{page}", args=args)


def test_the_admin_reads_entries_and_removes_them_by_their_own_method(client: Client) -> None:
    administrator = UserFactory(role="admin")
    client.force_login(administrator)
    open_entry, closed = (WaitlistEntryFactory(facility=FacilityFactory()) for _ in range(2))
    closed.remove("Seen elsewhere", by=None)
    for page, args in (("add", []), ("delete", [open_entry.pk])):
        assert client.post(url(page, *args)).status_code == 403
    assert client.post(url("change", open_entry.pk), {"note": "x"}).status_code == 403
    chosen = {"action": "remove", "_selected_action": [open_entry.pk, closed.pk]}
    page = client.post(url("changelist"), chosen, follow=True).content.decode()
    assert "closed meanwhile" in page
    open_entry.refresh_from_db()
    assert (open_entry.status, open_entry.ended_by) == ("removed", administrator)
    assert WaitlistEntry.objects.get(pk=closed.pk).removed_reason == "Seen elsewhere"
