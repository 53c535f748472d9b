from django.core.management.commands import makemessages


class Command(makemessages.Command):
    """As Django's; also finds what is marked with ``_now``, the name of ``gettext`` where ``_`` is the lazy one."""

    xgettext_options = [*makemessages.Command.xgettext_options, "--keyword=_now"]
