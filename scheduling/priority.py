"""How pressing a wish is: FHIR's request-priority words, from the least to the most pressing."""

from django.db import models
from django.db.models import Case, IntegerField, Value, When
from django.utils.translation import gettext_lazy as _


class Priority(models.TextChoices):
    ROUTINE = "routine", _("Routine")
    URGENT = "urgent", _("Urgent")
    ASAP = "asap", _("ASAP")
    STAT = "stat", _("Immediately")


def urgency() -> Case:
    """Return the place of a row's priority among the words above: 0 for routine."""
    ranks = [When(priority=word, then=Value(rank)) for rank, word in enumerate(Priority)]
    return Case(*ranks, default=Value(0), output_field=IntegerField())
