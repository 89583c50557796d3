"""The bases of serializers."""

from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.validators import UniqueValidator


class Strict:
    """Refuses what would be lost or changed on the way.

    A field that the serializer does not know may be a misspelt name, and a number where the
    description says text would come back as another type than it was sent.
    """

    default_error_messages = {
        "invalid": _("Send an object with the fields that this address takes."),
        "unknown": _("There is no field of this name. Check its spelling."),
        "number": _("Text is needed here, not a number. Put it in quotation marks."),
    }

    def to_internal_value(self: Any, data: Any) -> Any:
        if isinstance(data, dict):
            hidden = serializers.HiddenField
            known = {n for n, field in self.fields.items() if not isinstance(field, hidden)}
            self.refuse(set(data) - known, "unknown", code="unknown_field")
            self.refuse({n for n in known & set(data) if self.takes_no_number(n, data)}, "number")
        return super().to_internal_value(data)  # type: ignore[misc]

    def takes_no_number(self: Any, name: str, data: dict[str, Any]) -> bool:
        """Tell whether a number was sent for a field that takes text."""
        text = isinstance(self.fields[name], serializers.CharField)
        return text and isinstance(data[name], int | float)

    def refuse(self: Any, names: set[str], why: str, *, code: str = "invalid") -> None:
        """Raise a refusal of the fields `names`, if there are any."""
        if names:
            told = [self.error_messages[why]]
            raise serializers.ValidationError(dict.fromkeys(sorted(names), told), code=code)


class Serializer(Strict, serializers.Serializer):
    """Takes input that is no model's."""


class ForStaff:
    """Shows the fields that `for_staff` names to the staff alone."""

    for_staff: tuple[str, ...] = ()

    def get_fields(self: Any) -> dict[str, Any]:
        fields: dict[str, Any] = super().get_fields()  # type: ignore[misc]
        request = self.context.get("request")
        asks = request.user if request else None
        if asks is None or not asks.is_authenticated or asks.is_clinic_staff:
            return fields
        return {name: field for name, field in fields.items() if name not in self.for_staff}


class ModelSerializer(Strict, serializers.ModelSerializer):
    """Takes input for a model and lets the model judge it; holds no rule of its own."""

    def build_standard_field(self, field_name: str, model_field: Any) -> Any:
        """Leave to the model also whether a value is taken already."""
        kind, options = super().build_standard_field(field_name, model_field)
        judges = options.pop("validators", [])
        left = [each for each in judges if not isinstance(each, UniqueValidator)]
        return kind, options | ({"validators": left} if left else {})

    def create(self, validated_data: dict[str, Any]) -> Any:
        return self.write(self.Meta.model(), validated_data)

    def update(self, instance: Any, validated_data: dict[str, Any]) -> Any:
        return self.write(instance, validated_data)

    def write(self, instance: models.Model, values: dict[str, Any]) -> models.Model:
        """Set the values, let the model check itself, save, and set its many-to-many fields.

        Rows that a field refers to have just been read, so they are not looked for again, unless
        no other row may refer to the same one.
        """
        sets = {f.name for f in instance._meta.many_to_many}  # noqa: SLF001 - documented by Django
        for name in values.keys() - sets:
            setattr(instance, name, values[name])
        foreign = [f for f in instance._meta.fields if f.is_relation]  # noqa: SLF001
        read = [f.name for f in foreign if not (f.unique and f.name in values)]
        try:
            instance.full_clean(exclude=read)
        except ValidationError as error:
            raise self.as_sent(error) from error
        instance.save()
        for name in values.keys() & sets:
            getattr(instance, name).set(values[name])
        return instance

    def as_sent(self, error: ValidationError) -> ValidationError:
        """Return a model's refusal with the names that the fields have in the request.

        A constraint without a code is known by its name, as when the database refuses.
        """
        rules = self.Meta.model._meta.constraints  # noqa: SLF001 - documented by Django
        named = {each.get_violation_error_message(): each.name for each in rules}
        for each in error.error_dict.get(NON_FIELD_ERRORS, []):
            each.code = each.code or named.get(" ".join(each.messages))
        names = {field.source: name for name, field in self.fields.items()}
        told = error.error_dict.items()
        return ValidationError({names.get(field, field): errors for field, errors in told})
