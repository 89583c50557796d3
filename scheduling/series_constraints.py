"""What PostgreSQL itself refuses of a series: more than two years, more than 52, odd intervals."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from scheduling.recurrence import FEWEST, LONGEST_SPAN, MOST, WITHIN_BOUNDS


def series_constraints() -> list[models.BaseConstraint]:
    return [
        models.CheckConstraint(
            condition=Q(rule__regex=WITHIN_BOUNDS),
            name="series_rule_within_bounds",
            violation_error_message=_(
                "A series repeats every 1 to 12 weeks on given weekdays, and "
                "ends after 2 to 52 appointments or on a day."
            ),
        ),
        models.CheckConstraint(
            condition=Q(size__range=(FEWEST, MOST)),
            name="series_size",
            violation_error_message=_("A series has 2 to 52 appointments."),
        ),
        models.CheckConstraint(
            condition=Q(last_day__gte=F("first_day"))
            & Q(last_day__lte=F("first_day") + LONGEST_SPAN),
            name="series_at_most_two_years",
            violation_error_message=_("A series lasts two years at most."),
        ),
        models.CheckConstraint(
            condition=Q(duration_minutes__range=(5, 720)), name="series_duration"
        ),
    ]
