"""Make the network's database, or find that it is there: `python -m bench.generate`."""

import argparse
import time
from datetime import UTC, date, datetime

from django.db import connection, transaction

from bench import database
from bench.plan import Plan
from bench.writing import write

MEMORY = "-c maintenance_work_mem=512MB -c work_mem=128MB -c synchronous_commit=off"


def ready(plan: Plan, *, fresh: bool = False) -> None:
    """Turn Django to the plan's database, making it first unless it is there and recent."""
    today = datetime.now(UTC).date()
    if not fresh and database.is_ready(plan, today):
        database.use(plan.database)
        return
    started = time.monotonic()
    print(f"Making the database {plan.database}.", flush=True)
    database.create(plan)
    database.use(plan.database, MEMORY)
    _fill(plan, today)
    database.mark(plan, today)
    database.use(plan.database)
    print(f"Made {plan.database} in {time.monotonic() - started:.0f} s.", flush=True)


def _fill(plan: Plan, today: date) -> None:
    started = time.monotonic()

    def say(step: str) -> None:
        print(f"  {time.monotonic() - started:5.0f} s  {step}", flush=True)

    with transaction.atomic(), connection.cursor() as cursor:
        write(cursor, plan, today, say)
    say("vacuum and statistics")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
        # Or the server writes all of this back while somebody measures.
        cursor.execute("CHECKPOINT")


def arguments() -> argparse.ArgumentParser:
    """Return what the programs here have in common on their command lines."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument(
        "--history", type=int, help="past appointments, instead of a million in all"
    )
    parser.add_argument("--seed", type=int, default=Plan.seed)
    parser.add_argument("--fresh", action="store_true", help="make the database anew")
    return parser


def plan_of(given: argparse.Namespace) -> Plan:
    return Plan(history=given.history, seed=given.seed)


def main() -> None:
    given = argparse.ArgumentParser(parents=[arguments()]).parse_args()
    plan = plan_of(given)
    ready(plan, fresh=given.fresh)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM scheduling_appointment")
        print(f"{plan.database} holds {cursor.fetchone()[0]:,} appointments.")


if __name__ == "__main__":
    main()
