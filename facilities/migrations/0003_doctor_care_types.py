from django.db import migrations, models

# Compared as `care_type_name_unique` compares them, so that at most one care type has the name.
PROVIDE_SPECIALIZATION = """
    INSERT INTO facilities_doctor_care_types (doctor_id, caretype_id)
    SELECT doctor.id, care_type.id
    FROM facilities_doctor doctor
    JOIN facilities_caretype care_type ON lower(care_type.name) = lower(doctor.specialization)
    ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    """Say what each doctor provides; at first the care that their specialization names."""

    dependencies = [
        ("facilities", "0002_registered_count_kept"),
    ]

    operations = [
        migrations.AddField(
            model_name="doctor",
            name="care_types",
            field=models.ManyToManyField(
                blank=True,
                help_text="What this doctor provides.",
                related_name="doctors",
                to="facilities.caretype",
            ),
        ),
        # The way back drops the table, and what stands in it.
        migrations.RunSQL(PROVIDE_SPECIALIZATION, migrations.RunSQL.noop),
    ]
