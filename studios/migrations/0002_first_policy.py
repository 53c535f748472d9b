from datetime import date

from django.db import migrations


def enter_first_policy(apps, schema_editor):
    """The numbers of the regulation of 16 June 2022; every further version is entered in the admin."""
    Policy = apps.get_model("studios", "Policy")
    Policy.objects.get_or_create(effective_on=date(2022, 6, 16), defaults={"title": "2022年6月16日起施行"})


class Migration(migrations.Migration):
    dependencies = [("studios", "0001_initial")]

    operations = [migrations.RunPython(enter_first_policy, migrations.RunPython.noop)]
