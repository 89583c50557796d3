"""What the two benchmarks measure with: the race, the captured statements, the verdicts."""

import random
import time
from datetime import UTC, datetime
from itertools import islice

import pytest
from django.db import connection
from django.utils import timezone

from bench import stage
from bench.cases import day_boards, hold_some, months_of_one_doctor, searches, take_back
from bench.clients import CONTENDERS, Attempt, field_of, race
from bench.contention import Score, report
from bench.goals import percentile, verdict
from bench.plan import Plan
from bench.slots import captured, milliseconds
from bench.writing import write
from scheduling.models import Appointment


@pytest.fixture
def staged(transactional_db):
    stage.build()
    yield
    stage.remove()
    assert not Appointment.objects.exists()


@pytest.mark.usefixtures("staged")
@pytest.mark.parametrize("contender", CONTENDERS)
def test_a_client_books_meets_conflicts_and_gives_back(contender):
    _, table = CONTENDERS[contender]
    attempts = race(field_of(0, doctors=1), contender, time.monotonic() + 0.5)
    assert {attempt.outcome for attempt in attempts} <= {"booked", "conflict"}
    assert "booked" in {attempt.outcome for attempt in attempts}
    assert stage.overlaps(table) == 0
    stage.free(table)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} WHERE status = 'booked'")
        assert cursor.fetchone() == (0,)


@pytest.mark.usefixtures("staged")
def test_an_overlap_is_counted():
    two = """
        INSERT INTO {table} (patient_id, doctor_id, facility_id, starts_at, ends_at, blocked_until,
            status, reason, notes, cancel_reason, overbook, source, created_at, updated_at, version)
        SELECT p.id, d.doctor_id, d.facility_id, now(), now() + '1 hour', now() + '1 hour',
            'booked', '', '', '', 0, 'desk', now(), now(), 1
        FROM patients_patient p CROSS JOIN (
            SELECT doctor_id, facility_id FROM facilities_doctor_facilities LIMIT 1
        ) d ORDER BY p.id LIMIT 2
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE unguarded (LIKE {stage.APPOINTMENTS} "
            "INCLUDING DEFAULTS INCLUDING IDENTITY)"
        )
        cursor.execute(two.format(table="unguarded"))
        assert stage.overlaps("unguarded") == 1
        cursor.execute("DROP TABLE unguarded")


def test_a_try_counts_where_it_ends_and_its_time_where_it_starts():
    score = Score()
    attempts = [
        Attempt(0.0, 1.5, "booked"),
        Attempt(1.5, 2.5, "conflict"),
        Attempt(2.5, 4.0, "booked"),
        Attempt(2.6, 4.5, "40P01"),
    ]
    score.add(attempts, starts=1, ends=3)
    assert score.outcomes == {"booked": 1, "conflict": 1, "40P01": 1}
    assert score.latencies == pytest.approx([1000, 1500, 1900])
    assert score.errors == 1
    assert score.booked == 0.5


def test_the_report_ends_each_goal_with_a_word():
    score = Score(latencies=[600.0], seconds=1)
    names = ("one doctor", "40 doctors")
    lines = list(report({(name, each): score for name in names for each in CONTENDERS}))
    goals = [line for line in lines if "goal" in line]
    assert len(goals) == 8
    assert [line.split()[-1] for line in goals[:4]] == ["met", "met", "met", "short"]


def test_the_statements_of_each_search_are_captured_and_timed(db):
    plan = Plan(facilities=3, doctors=12, patients=200, history=0)
    with connection.cursor() as cursor:
        write(cursor, plan, datetime.now(UTC).date(), say=lambda step: None)
        holds = hold_some(random.Random(1), timezone.now())
        assert 0 < len(holds) == Appointment.objects.filter(status="pending").count()
        for cases in (searches, months_of_one_doctor, day_boards):
            for case in islice(cases(random.Random(1), timezone.now()), 20):
                statements = captured(case)
                assert statements
                assert milliseconds(cursor, statements) > 0
        take_back(holds)
        assert not Appointment.objects.filter(pk__in=holds).exists()


def test_a_verdict_is_the_last_word():
    assert verdict("p95", 20.0, 20, " ms") == "p95, 20 ms, goal 20 ms, met"
    assert verdict("p95", 20.1, 20, " ms") == "p95, 20.10 ms, goal 20 ms, short"


def test_a_percentile_is_a_value_that_was_measured():
    values = [float(number) for number in range(100, 0, -1)]
    assert [percentile(values, share) for share in (0.5, 0.95, 0.99)] == [50, 95, 99]
    assert percentile([7.0], 0.99) == 7
