"""What the frame of every page shows: where one can go, who one is, how many notices are unread."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import RoleCode, User
from studios.models import Studio
from studios.models.belonging import present

APPLICANTS = (RoleCode.DEPARTMENT_UNION, RoleCode.UNIT_LEADER)
LANGUAGE_NAMES = {"zh-hans": "简体", "zh-hant": "繁體", "en": "English"}


@dataclass(frozen=True)
class Entry:
    """One word of the navigation."""

    label: str
    url: str
    current: bool = False
    count: int = 0


class Frame:
    """Worked out only as far as a page asks for it: one query for the person, one for the roles."""

    def __init__(self, request: HttpRequest):
        self.request = request
        self.union = settings.UNION
        self.university = settings.UNIVERSITY

    @cached_property
    def person(self) -> dict:
        """Unit, whether lead or worker in a studio, and the number of unread notices, in one query."""
        led = Studio.objects.live().filter(lead=OuterRef("pk"))
        shared = Studio.objects.live().filter(
            Q(editors__user=OuterRef("pk"))
            | Q(members__user=OuterRef("pk")) & present(timezone.localdate(), "members__")
        )
        return (
            User.objects.filter(pk=self.request.user.pk)
            .annotate(leads=Exists(led), belongs=Exists(shared))
            .annotate(unread=Count("notices", filter=Q(notices__read_at=None)))
            .values("unit__name", "leads", "belongs", "unread")
            .get()
        )

    @property
    def unread(self) -> int:
        return self.person["unread"]

    @cached_property
    def role_names(self) -> list[str]:
        """The person's roles in words, what follows from the studios first, each once."""
        names = [_("Studio lead")] if self.person["leads"] else []
        if self.person["belongs"] and not self.person["leads"]:
            names.append(_("Studio member"))
        names += [str(role.get_code_display()) for role in self.request.user.held]
        return list(dict.fromkeys(names))

    @cached_property
    def role_line(self) -> str:
        """Roles and unit, as they stand beside the name."""
        roles = _(", ").join(self.role_names[:2])
        return " · ".join(part for part in (roles, self.person["unit__name"]) if part)

    @cached_property
    def navigation(self) -> list[Entry]:
        user = self.request.user
        match = self.request.resolver_match
        here = match.namespace if match else ""
        at_home = bool(match) and match.view_name == "portal:home"
        applies = self.person["leads"] or self.person["belongs"] or user.has_role(*APPLICANTS)
        reviewing = here == "reviews" and self.request.path.startswith(reverse("reviews:reviews"))
        entries = [Entry(_("My tasks"), reverse("portal:home"), at_home)]
        if user.has_role(RoleCode.EXPERT):
            entries.append(Entry(_("Expert review"), reverse("reviews:reviews"), reviewing))
        if applies:
            applying = here == "reviews" and not reviewing
            entries.append(Entry(_("Applications"), reverse("reviews:applications"), applying))
            entries.append(Entry(_("Studios"), reverse("studios:studios"), here == "studios"))
        in_inbox = here == "accounts" and "/inbox/" in self.request.path
        entries.append(Entry(_("Notices"), reverse("accounts:inbox"), in_inbox, self.unread))
        if user.is_staff:
            entries.append(Entry(_("Office"), reverse("admin:index")))
        return entries

    @property
    def languages(self) -> list[dict]:
        now = get_language()
        return [
            {"code": code, "name": LANGUAGE_NAMES.get(code, str(name)), "current": code == now}
            for code, name in settings.LANGUAGES
        ]


def frame_of(request: HttpRequest) -> Frame:
    """The one frame of this request, so that view and page ask the database once."""
    if not hasattr(request, "frame"):
        request.frame = Frame(request)
    return request.frame


def frame(request: HttpRequest) -> dict:
    return {"frame": frame_of(request)}
