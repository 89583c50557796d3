"""Plots as SVG that the server draws, with a title and a description to be read out."""

from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from scheduling.insight.plots import Plot

register = template.Library()


@register.simple_tag
def plot(shown: Plot) -> SafeString:
    name = "columns" if shown.is_columns else "rows"
    context: dict[str, Any] = {"plot": shown}
    return render_to_string(f"scheduling/insight/_{name}.html", context)
