"""What scheduling asks of doctors, kept by the database whoever writes them."""

import pgtrigger
from django.utils.translation import gettext_lazy as _

from facilities.models import Doctor
from facilities.refusals import CountedRefusalTrigger
from scheduling.status import EXPECTED

_EXPECTED = ", ".join(repr(status.value) for status in EXPECTED)


class Practitioner(Doctor):
    """A doctor as one who has visits to come: they do not leave as long as there are any.

    The UPDATE locks the doctor's row, as each booking does: none comes in between.
    """

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            CountedRefusalTrigger(
                constraint="doctor_leaves_no_visits",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__is_active=True, new__is_active=False),
                counted_sql=f"""FROM scheduling_appointment
                    WHERE doctor_id = NEW.id AND status IN ({_EXPECTED})
                        AND ends_at > clock_timestamp()""",
                violation_error_code="visits_to_come",
                violation_error_message=_(
                    "This doctor has visits to come: {count}. Enter the doctor’s time off, so that "
                    "nothing more is booked, and move the visits by its work list or cancel them. "
                    "Then let the doctor take no more appointments."
                ),
            )
        ]
