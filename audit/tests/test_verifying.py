import hashlib
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.models import AccessEvent, AccessLink, UnlinkedEvent
from audit.tests.rows import past_the_triggers, seen
from audit.verifying import Head, TamperedError, content, verify

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows() -> list[AccessEvent]:
    return [seen(patient) for patient in range(1, 6)]


def said(*options: str) -> str:
    with pytest.raises(CommandError) as refusal:
        call_command("verify_audit", *options)
    return str(refusal.value)


def test_each_link_covers_its_row_and_the_link_before(rows):
    first, second = AccessLink.objects.all()[:2]
    assert first.hash == hashlib.sha256(content(rows[0]).encode()).hexdigest()
    assert second.hash == hashlib.sha256((first.hash + content(rows[1])).encode()).hexdigest()


def test_an_untouched_log_is_whole(rows, capsys):
    call_command("verify_audit")
    told, head = capsys.readouterr().out.splitlines()
    assert told == "The access log is whole: 5 rows."
    assert head == f"Head: 5:{AccessLink.objects.get(position=5).hash}"
    call_command("verify_audit", "--head", head.removeprefix("Head: "))


def test_an_empty_log_is_whole(capsys):
    call_command("verify_audit")
    assert "0 rows" in capsys.readouterr().out


ALTERED = {
    "user_name": "Somebody Else",
    "patient_id": 99,
    "reason": "asked by the patient",
    "break_glass": 3,
    "network": "198.51.100.0/24",
}


@pytest.mark.parametrize("field", ALTERED)
def test_the_first_altered_row_is_named(rows, field):
    with past_the_triggers():
        for row in (rows[4], rows[2]):
            AccessEvent.objects.filter(pk=row.pk).update(**{field: ALTERED[field]})
    assert said() == f"Row {rows[2].pk} was altered since link 3 sealed it."


def test_every_column_is_sealed(rows):
    with past_the_triggers():
        for field in AccessEvent._meta.concrete_fields:
            if field.primary_key:
                continue
            row = AccessEvent.objects.get(pk=rows[2].pk)
            was = getattr(row, field.attname)
            other = was + timedelta(seconds=1) if field.name == "at" else 77
            AccessEvent.objects.filter(pk=row.pk).update(**{field.attname: other})
            with pytest.raises(TamperedError, match="altered"):
                verify()
            AccessEvent.objects.filter(pk=row.pk).update(**{field.attname: was})
            verify()


def test_a_missing_row_is_named(rows):
    with past_the_triggers():
        AccessEvent.objects.filter(pk=rows[1].pk).delete()
    assert said() == f"Row {rows[1].pk} is missing: link 2 names it."


def test_a_row_that_is_gone_with_its_link_is_missed(rows):
    with past_the_triggers():
        AccessEvent.objects.filter(pk=rows[1].pk).delete()
        AccessLink.objects.filter(position=2).delete()
    assert said() == "Link 2 of the chain is missing."


def test_a_row_inserted_past_the_triggers_is_named(rows):
    with past_the_triggers():
        forged = AccessEvent.objects.get(pk=rows[0].pk)
        forged.pk = None
        forged.save()
    assert said() == f"Row {forged.pk} was inserted past the triggers: it has no link."


def test_a_row_that_is_linked_but_dated_back_is_named(rows):
    with past_the_triggers(), connection.cursor() as cursor:
        forged = AccessEvent.objects.get(pk=rows[0].pk)
        forged.pk, forged.at = None, forged.at - timedelta(days=3)
        forged.save()
        cursor.execute("SELECT audit_link(%s)", [[forged.pk]])
    assert said() == f"Row {forged.pk} was inserted later than it says."


def test_a_chain_written_anew_does_not_lead_through_a_head_kept_elsewhere(rows):
    kept = verify().head
    with past_the_triggers(), connection.cursor() as cursor:
        AccessEvent.objects.filter(pk=rows[2].pk).update(user_name="Somebody Else")
        AccessLink.objects.all().delete()
        cursor.execute("SELECT audit_link(%s)", [[row.pk for row in rows]])
    verify()
    assert said("--head", str(kept)) == "The chain was written anew: link 5 is another."


def test_a_chain_cut_short_does_not_reach_a_head_kept_elsewhere(rows):
    kept = verify().head
    with past_the_triggers():
        AccessEvent.objects.filter(pk=rows[4].pk).delete()
        AccessLink.objects.filter(position=5).delete()
    verify()
    assert said("--head", str(kept)) == "The chain ends at link 4, and it had 5."


def test_a_head_that_is_none_is_refused():
    assert "POSITION:HASH" in said("--head", "5:abc")
    assert Head.parse(f"5:{'A' * 64}") == Head(5, "a" * 64)


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(text=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=60))
def test_python_and_the_database_read_a_row_alike(text):
    event = seen(reason=text, name=text[:50])
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_content(e) FROM audit_accessevent e WHERE id = %s", [event.pk])
        assert cursor.fetchone()[0] == content(event)


def test_what_waits_for_its_link_is_no_forgery(rows, capsys):
    with past_the_triggers():
        late = AccessEvent.objects.get(pk=rows[0].pk)
        late.pk = None
        late.save()
        UnlinkedEvent.objects.create(event_id=late.pk)
    call_command("verify_audit")
    assert "5 rows, 1 wait for their link." in capsys.readouterr().out
