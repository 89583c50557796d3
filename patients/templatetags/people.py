from datetime import date

from django import template
from django.utils import timezone
from django.utils.translation import ngettext

from patients.languages import language_name
from patients.models import Patient

register = template.Library()
register.filter("language_name", language_name)


@register.filter
def age(person: Patient) -> str:
    """Return the age in words; in a {% timezone %} block, on that zone's date."""
    return age_on(person.date_of_birth, timezone.localdate())


def age_on(born: date, day: date) -> str:
    """Return years, or months below two years, as people at a desk say it."""
    months = (day.year - born.year) * 12 + day.month - born.month - (day.day < born.day)
    if months < 24:
        count = max(months, 0)
        return ngettext("%(count)s mo", "%(count)s mo", count) % {"count": count}
    years = months // 12
    return ngettext("%(count)s y", "%(count)s y", years) % {"count": years}
