import django.db.models.functions.text
from django.db import migrations, models
from django.db.models import Count
from django.db.models.functions import Lower


def name_the_doubles(apps, schema_editor):
    """Of two who sign in by the same name neither gets in; who is meant by it is for people to say."""
    people = apps.get_model("accounts", "User").objects.using(schema_editor.connection.alias)
    small = people.annotate(small=Lower("username")).order_by().values("small")
    doubles = [row["small"] for row in small.annotate(times=Count("pk")).filter(times__gt=1)[:20]]
    if doubles:
        raise RuntimeError(
            "Several accounts have the same user name but for capital letters: "
            f"{', '.join(doubles)}. Rename all but one of each in the admin, then migrate again."
        )


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_unit_codes_are_steps_of_a_path'),
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.RunPython(name_the_doubles, migrations.RunPython.noop, elidable=True),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('username'), name='a_user_name_is_one_persons_in_any_letters', violation_error_message='Somebody else signs in by this name.'),
        ),
    ]
