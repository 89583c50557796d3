import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_sign_ins_codes_and_pictures'),
    ]

    operations = [
        migrations.AlterConstraint(
            model_name='user',
            name='user_email_unique',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='user_email_unique', violation_error_code='address_taken', violation_error_message='Another account uses this email address. Find that account, or enter a different address.'),
        ),
    ]
