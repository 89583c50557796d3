"""Documents of a chart; what is taken in is decided by `records.files`."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from records import files
from records.models.clinical import Clinical, clinical_constraints
from records.querysets import ClinicalQuerySet
from records.triggers import clinical_triggers


class Document(Clinical):
    """A file of a chart: the row is there exactly when the file is."""

    class Kind(models.TextChoices):
        LAB_REPORT = "lab-report", _("Lab report")
        IMAGING = "imaging", _("Imaging")
        REFERRAL = "referral", _("Referral")
        LETTER = "letter", _("Letter")
        CONSENT = "consent", _("Consent")
        OTHER = "other", _("Other")

    title = models.CharField(_("title"), max_length=150)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.OTHER)
    file = models.FileField(_("file"), upload_to=files.random_name, max_length=100)
    content_type = models.CharField(max_length=20, choices=files.ContentType, editable=False)
    size = models.PositiveIntegerField(editable=False)
    sha256 = models.CharField(max_length=64, editable=False)

    objects = ClinicalQuerySet["Document"].as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["-recorded_at", "-pk"]
        constraints = [
            *clinical_constraints("document"),
            models.CheckConstraint(
                condition=Q(content_type__in=["application/pdf", "image/png", "image/jpeg"]),
                name="document_content_type_known",
            ),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$", size__gt=0) & ~Q(file=""),
                name="document_has_file",
            ),
            models.UniqueConstraint(fields=["file"], name="document_file_unique"),
        ]
        triggers = clinical_triggers("document")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    def keep(self, data: bytes) -> None:
        """Save this new document with its content.

        Raises ValidationError for what is no document, is too large, or finds no room on the disk
        (`disk_full`); neither a row nor a file is left then.
        """
        files.keep(self, data)

    @property
    def file_name(self) -> str:
        """Return the name it is downloaded by, which tells nothing of the patient."""
        return f"document-{self.pk}.{files.EXTENSIONS[self.content_type]}"
