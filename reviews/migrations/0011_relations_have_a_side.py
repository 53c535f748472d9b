"""For which side each relation was declared: said by who declared it, as far as the roles of today tell."""

from django.db import migrations, models
from django.db.models import F


def by_who_declared(apps, schema_editor):
    alias = schema_editor.connection.alias
    relations = apps.get_model("reviews", "Relation").objects.using(alias)
    office = apps.get_model("accounts", "Role").objects.using(alias).filter(code="union_staff").values("user")
    relations.filter(declared_by__in=office).update(side="office")
    relations.filter(person=F("declared_by")).update(side="expert")


class Migration(migrations.Migration):

    dependencies = [
        ('reviews', '0010_decisions_are_released'),
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='relation',
            name='side',
            field=models.CharField(choices=[('studio', 'the studio'), ('office', 'the office'), ('expert', 'the expert')], default='studio', editable=False, max_length=6, verbose_name='side'),
        ),
        migrations.RunPython(by_who_declared, migrations.RunPython.noop),
    ]
