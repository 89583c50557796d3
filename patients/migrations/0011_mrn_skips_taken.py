"""Give nobody a record number that came in with an imported record."""

import patients.models.patient
from django.db import migrations, models

FUNCTION = """
CREATE FUNCTION patients_next_mrn() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    given text;
BEGIN
    LOOP
        given := lpad(nextval('patients_mrn_seq')::text, 8, '0');
        IF NOT EXISTS (SELECT FROM patients_patient WHERE mrn = given) THEN
            RETURN given;
        END IF;
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("patients", "0010_duplicates_have_codes")]
    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION patients_next_mrn()"),
        migrations.AlterField(
            model_name="patient",
            name="mrn",
            field=models.CharField(
                db_default=patients.models.patient.NextMRN(),
                editable=False,
                help_text="Medical record number.",
                max_length=20,
                unique=True,
                verbose_name="MRN",
            ),
        ),
    ]
