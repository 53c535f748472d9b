"""Every address of the site and who may open it: the table that test_every_address.py walks.

``OPENS`` names, for each address, the people of the cast for whom a GET answers; for everybody else it is 403 or
404, and signed-out visitors are sent to sign in. Whoever adds an address has to say here whom it is for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace

from django.urls import get_resolver

EVERYBODY = frozenset(
    [
        "lead",
        "member",
        "co_editor",
        "stranger",
        "department",
        "party",
        "administration",
        "other_department",
        "expert",
        "staff",
        "leader",
        "finance",
        "auditor",
        "sysadmin",
        "staff_member",
        "department_member",
        "leader_lead",
    ]
)
NOBODY = frozenset()
STAFF = frozenset({"staff", "staff_member"})
LEADERS = frozenset({"leader", "leader_lead"})
OFFICE = STAFF | LEADERS | {"auditor", "finance", "sysadmin"}
SEES_ALL = STAFF | LEADERS | {"auditor"}
WORKS_ON_IT = frozenset({"lead", "co_editor"})
AT_THE_UNIT = frozenset({"department", "department_member", "party", "administration"})
READS_STUDIO = WORKS_ON_IT | AT_THE_UNIT | SEES_ALL | {"member"}
OFFICERS = frozenset({"department", "department_member", "other_department"})
EXPERT = frozenset({"expert"})  # the office looks at reviews in the office

# Staff have a say in this once the unit has signed; until then they are told that it is not their turn.
SENDS_BACK = frozenset({"department", "party", "administration", "staff"})

# What the cast's studio keeps to itself, and who may read it anywhere.
PERSONAL = WORKS_ON_IT | STAFF | {"department", "department_member"}


@dataclass(frozen=True)
class Address:
    """``opens``: for whom a GET answers; ``where(world)``: the arguments; ``public``: no sign-in is asked.

    ``posts``: it answers to POST only.
    ``personal``: who may find the lead's telephone, mail address or birth there.
    """

    opens: frozenset
    where: Callable[[SimpleNamespace], dict | list] = lambda world: {}
    public: bool = False
    posts: bool = False
    personal: frozenset = PERSONAL


def studio(world) -> dict:
    return {"pk": world.studio.pk}


def of_studio(**more) -> Callable:
    return lambda world: {"pk": world.studio.pk, **{key: value(world) for key, value in more.items()}}


def application(world) -> dict:
    return {"pk": world.application.pk}


def assignment(world) -> dict:
    return {"pk": world.assignment.pk}


def own_review(world) -> dict:
    return {"application": world.assignment.application_id}


def public_notice(world) -> dict:
    return {"pk": world.public_notice.pk}


def objection(world) -> dict:
    return {"pk": world.objection.pk}


def _account_pages() -> dict[str, Address]:
    own = [
        "account_logout",
        "account_reauthenticate",
        "account_change_password",
        "account_set_password",
        "mfa_index",
    ]
    own += ["mfa_reauthenticate", "mfa_activate_totp"]
    own += ["mfa_generate_recovery_codes", "mfa_authenticate"]
    # There is nothing to see before the second factor is set up, which nobody of the cast has done.
    later = ["mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_download_recovery_codes"]
    public = ["account_login", "account_inactive", "account_reset_password", "account_reset_password_done"]
    public += ["account_reset_password_from_key_done", "healthz", "set_language", "account_logout"]
    pages = {name: Address(EVERYBODY) for name in own} | {name: Address(NOBODY) for name in later}
    pages |= {name: Address(EVERYBODY, public=True) for name in public}
    pages["account_reset_password_from_key"] = Address(
        EVERYBODY, lambda world: {"uidb36": "1", "key": "set-password"}, public=True
    )
    return pages


PORTAL = {
    "portal:home": Address(EVERYBODY, public=True),
    "portal:articles": Address(EVERYBODY, public=True),
    "portal:check": Address(EVERYBODY, lambda world: {"code": world.certificate.code}, public=True),
    "records:file": Address(READS_STUDIO, lambda world: {"pk": world.photo.pk}),
    "records:job": Address(STAFF, lambda world: {"pk": world.job.pk}),
    "records:job_result": Address(NOBODY, lambda world: {"pk": world.job.pk}),
    "records:cancel_job": Address(STAFF, lambda world: {"pk": world.job.pk}, posts=True),
    "records:run_job_again": Address(STAFF, lambda world: {"pk": world.job.pk}, posts=True),
    "accounts:activate": Address(EVERYBODY, public=True),
    "accounts:activate_password": Address(EVERYBODY, public=True),
    "accounts:activate_by_link": Address(EVERYBODY, lambda world: {"token": "not-a-token"}, public=True),
    "accounts:inbox": Address(EVERYBODY),
    "accounts:read_all": Address(EVERYBODY, posts=True),
    "accounts:notice": Address(frozenset({"lead"}), lambda world: {"pk": world.notice.pk}),
    "studios:studios": Address(EVERYBODY),
    "studios:start": Address(EVERYBODY),
    "studios:studio": Address(READS_STUDIO, studio),
    "studios:paper": Address(
        SEES_ALL | {"finance"},
        lambda world: {"pk": world.named.pk, "certificate": world.certificate.pk, "kind": "certificate"},
    ),
    "studios:parts": Address(WORKS_ON_IT, studio),
    "studios:part": Address(READS_STUDIO, of_studio(key=lambda world: "lead")),
    "studios:autosave": Address(WORKS_ON_IT, of_studio(key=lambda world: "lead"), posts=True),
    "studios:here": Address(WORKS_ON_IT, of_studio(key=lambda world: "lead"), posts=True),
    "studios:discard": Address(WORKS_ON_IT, of_studio(key=lambda world: "lead"), posts=True),
    "studios:row_add": Address(WORKS_ON_IT, of_studio(kind=lambda world: "projects")),
    "studios:rows_paste": Address(WORKS_ON_IT, of_studio(kind=lambda world: "projects")),
    "studios:row": Address(
        WORKS_ON_IT, of_studio(kind=lambda world: "projects", row=lambda world: world.project.pk)
    ),
    "studios:row_remove": Address(
        WORKS_ON_IT, of_studio(kind=lambda world: "projects", row=lambda world: world.project.pk)
    ),
    "studios:autosave_row": Address(
        WORKS_ON_IT, of_studio(kind=lambda world: "projects", row=lambda world: world.project.pk), posts=True
    ),
    "studios:file_remove": Address(WORKS_ON_IT, of_studio(file=lambda world: world.photo.pk)),
    "studios:editors": Address(frozenset({"lead"}), studio),
    "studios:editor_add": Address(frozenset({"lead"}), studio, posts=True),
    "studios:editor_remove": Address(frozenset({"lead"}), of_studio(editor=lambda world: world.editor.pk)),
    "reviews:round": Address(EVERYBODY, lambda world: {"pk": world.application.round.pk}),
    "reviews:applications": Address(EVERYBODY),
    "reviews:start": Address(WORKS_ON_IT, lambda world: {"studio_pk": world.studio.pk}),
    "reviews:application": Address(READS_STUDIO, application),
    "reviews:submit": Address(frozenset({"lead"}), application),
    "reviews:submitted": Address(frozenset({"lead"}), application),
    "reviews:withdraw": Address(frozenset({"lead"}), application),
    "reviews:sign": Address(frozenset({"department", "party", "administration"}), application),
    "reviews:return": Address(SENDS_BACK, application),
    "reviews:refuse": Address(SENDS_BACK, application),
    "reviews:papers": Address(READS_STUDIO, lambda world: {"pk": world.application.pk, "version": 1}),
    "reviews:frozen_file": Address(
        READS_STUDIO, lambda world: {"pk": world.application.pk, "version": 1, "file": world.photo.pk}
    ),
    "reviews:form": Address(READS_STUDIO, lambda world: {"pk": world.application.pk, "kind": "pdf"}),
    "reviews:stamped": Address(frozenset({"department"}), application),
    "reviews:relations": Address(WORKS_ON_IT, application),
    "reviews:reviews": Address(EXPERT),
    "reviews:assignment": Address(EXPERT, own_review),
    "reviews:papers_pdf": Address(EXPERT, own_review),
    "reviews:accept_review": Address(EXPERT, own_review, posts=True),
    "reviews:recuse": Address(EXPERT, own_review),
    "reviews:decline": Address(EXPERT, own_review),
    "reviews:assignment_file": Address(
        EXPERT, lambda world: {**own_review(world), "file": world.frozen_photo}
    ),
    "reviews:autosave_review": Address(EXPERT, own_review, posts=True),
    "reviews:hand_in_review": Address(EXPERT, own_review),
    "reviews:other_sheets": Address(EXPERT, lambda world: {"application": world.handed_in.application_id}),
    "reviews:decision": Address(SEES_ALL, lambda world: {"pk": world.document.pk}),
    "reviews:notices": Address(EVERYBODY, public=True),
    "reviews:notice": Address(EVERYBODY, public_notice, public=True),
    "reviews:notice_pdf": Address(EVERYBODY, public_notice, public=True),
    "reviews:object": Address(EVERYBODY, public_notice, public=True),
    "reviews:objection": Address(EVERYBODY, lambda world: {"code": world.objection.code}, public=True),
}

# Lists of the admin that go out as Excel.
EXPORTED = {
    "accounts_unit",
    "accounts_user",
    "studios_studio",
    "studios_certificate",
    "reviews_application",
} | {"reviews_assignment"}
# The admin: whom each model is for to look at, to add to and to change.
MODELS = {
    "records_job": (STAFF, NOBODY),
    "records_outbox": (STAFF | {"sysadmin", "auditor"}, NOBODY),
    "admin_logentry": (frozenset({"sysadmin", "auditor"}), NOBODY),
    "accounts_unit": (OFFICE, STAFF | {"sysadmin"}),
    "accounts_user": (SEES_ALL | {"sysadmin"}, STAFF | {"sysadmin"}),
    "studios_studio": (SEES_ALL, NOBODY),
    "studios_certificate": (SEES_ALL, NOBODY),
    "studios_policy": (OFFICE, STAFF | {"sysadmin"}),
    "ledgers_achievement": (SEES_ALL, NOBODY),
    "reviews_application": (SEES_ALL, NOBODY),
    "reviews_decisiondocument": (SEES_ALL, NOBODY),
    "reviews_applicationlog": (LEADERS | {"auditor"}, NOBODY),
    "studios_studiolog": (LEADERS | {"auditor"}, NOBODY),
    "reviews_paperform": (STAFF | {"auditor"}, NOBODY),
    "reviews_round": (SEES_ALL, STAFF),
    "reviews_rubric": (SEES_ALL, STAFF),
    "reviews_publicnotice": (SEES_ALL, NOBODY),
    "reviews_objection": (SEES_ALL, NOBODY),
    "reviews_assignment": (SEES_ALL, NOBODY),
    "reviews_relation": (SEES_ALL, STAFF),
    "records_calendarday": (SEES_ALL, STAFF),
}
# Rows that nothing rests on yet may be deleted.
DELETED_BY = {"reviews_rubric": STAFF, "reviews_relation": STAFF, "records_calendarday": STAFF}
# Their pages in the admin are no history pages, and those of the others that keep no versions show none.
WITHOUT_VERSIONS = {"records_job", "records_outbox", "records_calendarday"}
NO_VERSIONS_KEPT = {"reviews_application", "reviews_decisiondocument", "reviews_paperform"} | {
    "admin_logentry",
    "reviews_applicationlog",
    "reviews_assignment",
    "reviews_relation",
    "reviews_objection",
    "reviews_publicnotice",
    "studios_studiolog",
}
PANEL = {"panel": SEES_ALL} | dict.fromkeys(("propose", "several", "panel_add", "panel_invite"), STAFF)
# The results of the round and of the application that the expert reviews.
RESULTS = {
    "results": (SEES_ALL, {}),
    "results_export": (SEES_ALL, {}),
    "result": (SEES_ALL, {"application": lambda world: world.assignment.application_id}),
    "talk": (STAFF, {"application": lambda world: world.assignment.application_id}),
    "talk_change": (
        STAFF,
        {
            "application": lambda world: world.assignment.application_id,
            "row": lambda world: world.talk.pk,
        },
    ),
    "further": (STAFF, {"application": lambda world: world.assignment.application_id}),
    "visit": (STAFF, {"application": lambda world: world.assignment.application_id}),
    "visit_change": (
        STAFF,
        {
            "application": lambda world: world.assignment.application_id,
            "row": lambda world: world.visit.pk,
        },
    ),
    "file": (
        SEES_ALL,
        {
            "application": lambda world: world.assignment.application_id,
            "file": lambda world: world.visit_photo.pk,
        },
    ),
}


def of_result(**more) -> Callable:
    return lambda world: {
        "pk": world.assignment.application.round_id,
        **{key: value(world) for key, value in more.items()},
    }


# Telephone, mail and birth stand on a person's own page in the admin, for those who keep the accounts.
KEEPS_ACCOUNTS = STAFF | {"sysadmin"}


def version_of(row) -> int:
    """The number of its newest version; one that does not exist where none are kept."""
    return row.history.latest().pk if hasattr(row, "history") else 1


def _admin_pages() -> dict[str, Address]:
    pages = {
        "admin:index": Address(OFFICE),
        "admin:password_change": Address(OFFICE),
        "admin:password_change_done": Address(OFFICE),
        "admin:jsi18n": Address(OFFICE),
        "admin:logout": Address(OFFICE),
        "admin:autocomplete": Address(NOBODY),
        "admin:view_on_site": Address(NOBODY, lambda world: ["0", "0"]),
        "admin:app_list": Address(SEES_ALL | {"finance", "sysadmin"}, lambda world: {"app_label": "studios"}),
        "admin:accounts_unit_import": Address(KEEPS_ACCOUNTS),
        "admin:accounts_unit_import_headings": Address(KEEPS_ACCOUNTS),
        "admin:accounts_user_import": Address(KEEPS_ACCOUNTS),
        "admin:accounts_user_import_headings": Address(KEEPS_ACCOUNTS),
        "admin:accounts_user_codes": Address(KEEPS_ACCOUNTS),
        "admin:accounts_user_new_code": Address(KEEPS_ACCOUNTS, lambda world: {"pk": world.stranger.pk}),
        "admin:studios_certificate_issue": Address(
            STAFF | LEADERS, lambda world: {"pk": world.certificate.pk}, posts=True
        ),
        "admin:studios_certificate_preview": Address(
            SEES_ALL, lambda world: {"pk": world.certificate.pk, "kind": "plaque"}
        ),
        "admin:records_calendarday_year": Address(SEES_ALL, lambda world: {"year": 2026}),
        "admin:reviews_rubric_copy": Address(STAFF, lambda world: [world.rows["reviews_rubric"].pk]),
        "admin:reviews_rubric_sheet": Address(SEES_ALL, lambda world: [world.rows["reviews_rubric"].pk]),
        **{
            f"admin:reviews_round_{name}": Address(
                people, lambda world: [world.assignment.application.round_id]
            )
            for name, people in PANEL.items()
        },
        "admin:reviews_round_application": Address(
            SEES_ALL, lambda world: [world.assignment.application.round_id, world.assignment.application_id]
        ),
        **{
            f"admin:reviews_round_{name}": Address(people, of_result(**more))
            for name, (people, more) in RESULTS.items()
        },
        "admin:reviews_assignment_verb": Address(
            STAFF, lambda world: {"pk": world.assignment.pk, "verb": "replace"}
        ),
        "admin:reviews_round_award": Address(STAFF | LEADERS, lambda world: [world.application.round_id]),
        "admin:reviews_round_release": Address(STAFF | LEADERS, lambda world: [world.application.round_id]),
        # Without a decision that waits there is no notice to preview.
        "admin:reviews_round_preview_notice": Address(NOBODY, lambda world: [world.application.round_id]),
        "admin:reviews_objection_take_on": Address(STAFF | LEADERS, objection, posts=True),
        "admin:reviews_publicnotice_letter": Address(STAFF | LEADERS, public_notice),
        # Its investigator alone answers it.
        "admin:reviews_objection_evidence": Address(frozenset({"staff"}), objection),
        "admin:reviews_objection_answer": Address(
            frozenset({"staff"}), lambda world: {"pk": world.objection.pk, "verb": "dismiss"}
        ),
        "admin:reviews_application_bulk": Address(NOBODY, lambda world: {"verb": "nothing"}),
        "admin:reviews_application_naming": Address(LEADERS),
        # Without applications chosen there is no decision to preview.
        "admin:reviews_application_preview_decision": Address(NOBODY),
        "admin:reviews_paperform_scan": Address(
            NOBODY, lambda world: {"pk": world.rows["reviews_paperform"].pk, "file": world.photo.pk}
        ),
        "admin:reviews_application_preview": Address(
            STAFF | LEADERS, lambda world: {"pk": world.application.pk, "kind": "certificate"}
        ),
        "admin:reviews_application_verb": Address(
            frozenset({"staff"}), lambda world: {"pk": world.application.pk, "verb": "accept"}
        ),
    }
    for kind in ("unit", "user"):
        for page in ("preview", "bad_rows"):
            pages[f"admin:accounts_{kind}_import_{page}"] = Address(NOBODY, lambda world: {"pk": 987654})
    for model, (look, write) in MODELS.items():
        personal = KEEPS_ACCOUNTS if model == "accounts_user" else PERSONAL
        for page, people in (("changelist", look), ("add", write)):
            pages[f"admin:{model}_{page}"] = Address(people, personal=personal)
        if model in EXPORTED:
            pages[f"admin:{model}_export"] = Address(look)
        row = lambda world, model=model: [world.rows[model].pk]  # noqa: E731
        for page, people in (("change", look), ("history", look), ("delete", DELETED_BY.get(model, NOBODY))):
            pages[f"admin:{model}_{page}"] = Address(people, row, personal=personal)
        if model not in WITHOUT_VERSIONS:
            version = lambda world, model=model: [world.rows[model].pk, version_of(world.rows[model])]  # noqa: E731
            people = NOBODY if model in NO_VERSIONS_KEPT else look
            pages[f"admin:{model}_simple_history"] = Address(people, version, personal=personal)
    return pages


ADDRESSES = {**_account_pages(), **PORTAL, **_admin_pages()}
# Reached only through another address of the table, or sign-in itself.
ELSEWHERE = {"admin:login", "admin:?"}


def named_addresses() -> set[str]:
    """The names of all addresses that the site answers."""
    return set(_names(get_resolver(), ""))


def _names(resolver, namespace: str) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            inner = ":".join(filter(None, (namespace, pattern.namespace)))
            yield from _names(pattern, inner)
        else:
            yield ":".join(filter(None, (namespace, pattern.name or "?")))
