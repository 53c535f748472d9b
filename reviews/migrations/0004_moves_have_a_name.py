from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('reviews', '0003_concerned_typed'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='applicationlog',
            options={'ordering': ['at', 'pk'], 'verbose_name': 'move of an application', 'verbose_name_plural': 'moves of applications'},
        ),
    ]
