"""What waits for the system administrator: people who cannot sign in yet, and mail that does not leave."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import activation
from accounts.models import RoleCode, User
from records import agenda
from records.models import Outbox


@agenda.queues
def accounts_to_activate(user, on):
    if not user.has_role(RoleCode.SYSADMIN):
        return
    waiting = activation.entitled(User.objects.all())
    url = f"{reverse('admin:accounts_user_changelist')}?account=waiting"
    yield agenda.Queue(_("Accounts to be activated"), waiting.count(), url)


@agenda.queues
def given_up(user, on):
    if not user.has_role(RoleCode.SYSADMIN):
        return
    url = f"{reverse('admin:records_outbox_changelist')}?standing=given_up"
    yield agenda.Queue(
        _("Mail and work given up after several tries"), Outbox.objects.given_up().count(), url
    )
