from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('studios', '0003_reminders'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='studiolog',
            options={'ordering': ['at', 'pk'], 'verbose_name': 'move of a studio', 'verbose_name_plural': 'moves of studios'},
        ),
    ]
