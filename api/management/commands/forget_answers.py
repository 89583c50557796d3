"""Forget what was kept for requests sent twice, and limits that are over; run it every hour."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from api.idempotency import KEPT
from api.models import IdempotencyKey, RateCount

LONGEST_PERIOD = timedelta(days=1)


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        answers, _ = IdempotencyKey.objects.filter(created_at__lt=now - KEPT).delete()
        counts, _ = RateCount.objects.filter(started_at__lt=now - LONGEST_PERIOD).delete()
        self.stdout.write(f"Forgot {answers} answers and {counts} counts.")
