from django.apps import AppConfig
from django.db.models.signals import post_migrate


class FacilitiesConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "facilities"

    def ready(self) -> None:
        from facilities.zones import keep_offsets  # noqa: PLC0415 - models are ready only now

        post_migrate.connect(keep_offsets, sender=self)
