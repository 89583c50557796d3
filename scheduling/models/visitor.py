"""What scheduling asks of patients' records, kept by the database whoever writes them."""

import pgtrigger
from django.utils.translation import gettext_lazy as _

from facilities.refusals import CountedRefusalTrigger
from patients.models import Patient
from scheduling.status import EXPECTED

_EXPECTED = ", ".join(repr(status.value) for status in EXPECTED)


class Visitor(Patient):
    """A patient as one who has visits to come: their record cannot be closed over them.

    A merge closes a record as well; the visits go over to the one that stays.
    """

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            CountedRefusalTrigger(
                constraint="patient_closed_without_visits",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(
                    old__is_active=True, new__is_active=False, new__merged_into__isnull=True
                ),
                counted_sql=f"""FROM scheduling_appointment
                    WHERE patient_id = NEW.id AND status IN ({_EXPECTED})
                        AND ends_at > clock_timestamp()""",
                violation_error_code="visits_to_come",
                violation_error_message=_(
                    "This patient has visits to come: {count}. Cancel them first, then close the "
                    "record. If the person has another record, merge this one into it instead, "
                    "and the visits go over."
                ),
            )
        ]
