"""Forget expired sessions, sign-ins and mailed codes, answers kept for requests sent twice, and
limits that are over. Run it every hour; it takes a batch at a time, so that nobody waits for it."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import EmailCode, Session, SignIn
from api.idempotency import KEPT
from api.models import IdempotencyKey, RateCount

BATCH = 1000
LONGEST_LIMIT = timedelta(days=1)


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        expired: dict[str, QuerySet[Any]] = {
            "sessions": Session.objects.filter(expire_date__lte=now),
            "sign-ins": SignIn.objects.filter(expires_at__lte=now),
            "codes": EmailCode.objects.filter(expires_at__lte=now),
            "answers": IdempotencyKey.objects.filter(created_at__lt=now - KEPT),
            "counts": RateCount.objects.filter(started_at__lt=now - LONGEST_LIMIT),
        }
        forgotten = [f"{forget(rows)} {name}" for name, rows in expired.items()]
        self.stdout.write(f"Forgot {', '.join(forgotten)}.")


def forget(rows: QuerySet[Any]) -> int:
    """Delete the rows in batches, each in a transaction of its own; return how many there were.

    A row that is used anew meanwhile stays.
    """
    total = 0
    while ids := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        gone, _ = rows.filter(pk__in=ids).delete()
        total += gone
        if len(ids) < BATCH:
            break
    return total
