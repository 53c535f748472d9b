"""What was decided before decisions were released together: it was known at once, and no notice stands over it."""

from django.db import migrations, models
from django.db.models import F


def keep_what_was_decided(apps, schema_editor):
    applications = apps.get_model("reviews", "Application").objects.using(schema_editor.connection.alias)
    # Approved and not named yet: the decision stands, and becomes known with a public notice.
    applications.filter(state="approved").update(state="proposed")
    # All others were known when they were taken: those on hold that came back for correction or were withdrawn too.
    applications.exclude(state="proposed").exclude(decision="").update(released_at=F("decided_at"))


class Migration(migrations.Migration):

    dependencies = [
        ('reviews', '0009_expert_review'),
    ]

    operations = [
        migrations.RunPython(keep_what_was_decided, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decision', 'approve'), ('released_at__isnull', False), ('state__in', ['approved', 'named'])), models.Q(('decision', 'reject'), ('released_at__isnull', False), ('state', 'rejected')), models.Q(('decision', 'hold'), ('released_at__isnull', False), ('state', 'held')), models.Q(('state', 'proposed'), models.Q(('decision', ''), _negated=True)), models.Q(('state__in', ['approved', 'named', 'rejected', 'held', 'proposed']), _negated=True), _connector='OR'), name='what_was_decided_stands_in_its_state', violation_error_message='The state of an application follows its decision.'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(('released_at__isnull', True), models.Q(('decision', ''), _negated=True), _connector='OR'), name='only_a_decision_is_released', violation_error_message='What is released is a decision.'),
        ),
        migrations.AddConstraint(
            model_name='application',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'approved'), _negated=True), ('notice__isnull', False), _connector='OR'), name='what_was_approved_stands_in_a_notice', violation_error_message='An approved application stands in a public notice.'),
        ),
    ]
