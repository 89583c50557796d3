"""What patients change of their own record."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from patients.forms import LABELS
from patients.models import Patient


class ContactForm(forms.ModelForm):
    """How to reach them. It says which version of the record it was read from."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Patient
        fields = Patient.CONTACT
        labels = LABELS

    def __init__(self, data: Any = None, *, instance: Patient) -> None:
        super().__init__(data, instance=instance, initial={"version": instance.version})
        known = dict([("", _("As the clinic usually speaks")), *settings.LANGUAGES])
        kept = {instance.language: instance.language} if instance.language not in known else {}
        self.fields["language"] = forms.ChoiceField(
            label=_("Language"),
            required=False,
            choices=[*known.items(), *kept.items()],
            help_text=_("In which language the clinic should speak with you, if it can."),
        )
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            "version",
            Field("phone", autocomplete="tel", inputmode="tel"),
            Field("address_line", autocomplete="street-address"),
            Div(
                Field("city", autocomplete="address-level2"),
                Field("state", autocomplete="address-level1"),
                css_class="form-pair",
            ),
            Div(
                Field("zip_code", autocomplete="postal-code", inputmode="numeric"),
                "language",
                css_class="form-pair",
            ),
        )

    def saved(self, by: User) -> bool:
        """Save a valid form, or keep among its errors why not: `stale` over a later version."""
        try:
            self.instance.save_unless_changed(since=self.cleaned_data["version"], by=by)
        except ValidationError as error:
            self.add_error(None, ValidationError(error.messages[0], code=error.code))
            return False
        return True
