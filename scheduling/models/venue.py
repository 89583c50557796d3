"""What scheduling asks of facilities, kept by the database whoever writes them."""

import pgtrigger
from django.utils.translation import gettext_lazy as _

from facilities.models import Facility
from facilities.refusals import CountedRefusalTrigger
from scheduling.status import EXPECTED

_EXPECTED = ", ".join(repr(status.value) for status in EXPECTED)


class Venue(Facility):
    """A facility as one that has visits to come: it does not go out of use over them.

    `FOR UPDATE` waits for whoever is just booking there, see `scheduling.triggers`.
    """

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            CountedRefusalTrigger(
                constraint="facility_leaves_no_visits",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__is_active=True, new__is_active=False),
                first_sql="PERFORM FROM facilities_facility WHERE id = NEW.id FOR UPDATE; ",
                counted_sql=f"""FROM scheduling_appointment
                    WHERE facility_id = NEW.id AND status IN ({_EXPECTED})
                        AND ends_at > clock_timestamp()""",
                violation_error_code="visits_to_come",
                violation_error_message=_(
                    "This facility has visits to come: {count}. Enter a closure, so that nothing "
                    "more is booked, and deal with the visits on its work list. Then take the "
                    "facility out of use."
                ),
            )
        ]
