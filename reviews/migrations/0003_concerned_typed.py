from django.db import migrations, models


def part_the_names(apps, schema_editor):
    """Until now only names without an account were kept; those of the accounts come beside them."""
    people = apps.get_model("accounts", "User").objects
    for row in apps.get_model("reviews", "Application").objects.exclude(concerned=[]):
        names = people.filter(pk__in=row.concerned).values_list("name", flat=True)
        row.concerned_typed = row.concerned_names
        row.concerned_names = sorted({*row.concerned_names, *("".join(name.split()) for name in names)})
        row.save(update_fields=["concerned_typed", "concerned_names"])


class Migration(migrations.Migration):
    dependencies = [("reviews", "0002_concerned"), ("accounts", "__first__")]

    operations = [
        migrations.AddField(
            model_name="application",
            name="concerned_typed",
            field=models.JSONField(default=list, editable=False),
        ),
        migrations.RunPython(part_the_names, migrations.RunPython.noop),
    ]
