"""Reasons as whoever reads the page says them."""

from django import template

from scheduling.reasons import said

register = template.Library()
register.filter("said", said)
