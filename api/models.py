"""What the API itself has to remember: answers to be repeated, and how often somebody has asked."""

from django.conf import settings
from django.db import models


class IdempotencyKey(models.Model):
    """A POST that was answered, so that the same request sent again gets the same answer.

    The row is written in the transaction of the POST itself; see `api.idempotency`.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    key = models.CharField(max_length=255)
    request_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_index=True)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.TextField(blank=True)
    headers = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_unique")
        ]

    def __str__(self) -> str:
        return self.key


class RateCount(models.Model):
    """How often something limited was asked for since `started_at`; see `api.limits`."""

    key = models.CharField(max_length=200, primary_key=True)
    started_at = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.key}: {self.count}"
