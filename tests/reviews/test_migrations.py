"""What was decided before decisions were released together stays what it was, and as known as it was."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

BEFORE = ("reviews", "0009_expert_review")
AFTER = ("reviews", "0010_decisions_are_released")
DAY = date(2026, 3, 1)
DECIDED_AT = timezone.make_aware(timezone.datetime(2026, 4, 20, 9, 30))
# Where an application stood → what was decided on it → where it stands now, and whether the decision is known.
ROWS = {
    "accepted": ("", "accepted", False),
    "approved": ("approve", "proposed", False),
    "named": ("approve", "named", True),
    "rejected": ("reject", "rejected", True),
    "held": ("hold", "held", True),
    "returned": ("hold", "returned", True),  # from the hold, to which it comes back
    "withdrawn": ("hold", "withdrawn", True),
}


def rows_of_before(apps) -> dict[str, int]:
    """An application in each state, entered as it was then; state → its key."""

    def create(model, **fields):
        return apps.get_model(model).objects.create(**fields)

    unit = create("accounts.Unit", code="100", name="机械与动力工程学院", kind="college", path="100")
    lead = create("accounts.User", username="lead", staff_no="T1", name="龚䶮", unit=unit)
    policies = apps.get_model("studios.Policy").objects
    policy = policies.first() or policies.create(title="2022年6月16日起施行", effective_on=date(2022, 6, 16))
    round_ = create(
        "reviews.Round",
        year=2026,
        title="2026年评选",
        policy=policy,
        **dict.fromkeys(("opens_on", "closes_on", "endorse_by"), DAY),
        **dict.fromkeys(("decide_by", "naming_on"), DAY + timedelta(days=61)),
    )
    document = create(
        "reviews.DecisionDocument",
        round=round_,
        year=2026,
        serial=5,
        number="校工〔2026〕5号",
        title="命名决定",
        named_on=date(2026, 5, 1),
        issued_on=date(2026, 4, 25),
        issued_by=lead,
    )
    keys = {}
    for place, (state, (decision, _now, _known)) in enumerate(ROWS.items()):
        head = create("accounts.User", username=state, staff_no=f"L{place}", name=state, unit=unit)
        studio = create("studios.Studio", name=f"{state}工作室", lead=head, unit=unit, started_by=lead)
        words = {"decision_text": "经研究决定。", "decided_at": DECIDED_AT, "decided_by": lead}
        row = create(
            "reviews.Application",
            studio=studio,
            round=round_,
            started_by=lead,
            state=state,
            submitted_at=DECIDED_AT,
            submitted_by=lead,
            returned_from="held" if state == "returned" else "",
            document=document if state == "named" else None,
            decision=decision,
            **(words if decision else {}),
        )
        keys[state] = row.pk
    return keys


@pytest.mark.django_db(transaction=True)
def test_decisions_of_before_stand_and_those_not_named_yet_wait_for_their_release(migrator):
    keys = rows_of_before(migrator.apply_tested_migration(BEFORE).apps)  # back by this migration alone
    applications = migrator.apply_tested_migration(AFTER).apps.get_model("reviews.Application").objects
    found = {
        row.pk: (row.decision, row.state, row.released_at)
        for row in applications.filter(pk__in=keys.values())
    }
    assert found == {
        keys[state]: (decision, now, DECIDED_AT if known else None)
        for state, (decision, now, known) in ROWS.items()
    }
    # What was mended comes back to the hold, which the database takes for one that everybody knows.
    assert applications.filter(pk=keys["returned"]).update(state="held", returned_from="") == 1
