"""What is asked of the network: a ZIP code, and the care that is wanted."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from facilities.models import CareType, zip_code_validator


class MatchForm(forms.Form):
    zip_code = forms.CharField(
        label=_("ZIP code"),
        validators=[zip_code_validator],
        error_messages={
            "required": _("Enter the ZIP code where the patient lives, such as 02134.")
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    care_type = forms.ModelChoiceField(
        CareType.objects.all(),
        label=_("Care"),
        required=False,
        empty_label=_("Any care"),
        error_messages={"invalid_choice": _("Choose the care from the list, or any care.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(Field("zip_code", autofocus=True), "care_type")
