"""What the database itself keeps of files, jobs and numbers: each rule from either side."""

from types import SimpleNamespace

import pytest
from django.utils import timezone

from records.attachments import Attachment
from records.jobs import Job
from records.numbers import NumberSequence
from tests.constraints import assert_kept_both_ways, like, named_constraints
from tests.factories import UserFactory


@pytest.fixture
def there(db):
    """A file of one person's record and a sequence of numbers; ``job`` is not there yet."""
    record = UserFactory()
    return SimpleNamespace(
        other=UserFactory(),
        now=timezone.now(),
        kept=Attachment.objects.create(
            target=record, slot="scan", name="扫描件.pdf", kind="pdf", size=1, sha256="a" * 64
        ),
        sequence=NumberSequence.objects.create(name="certificate", year=2026, last=3),
        job=Job(kind="x", title="批量制发"),
    )


# Rule → rows inside it, rows outside it.
RULES = {
    "a_file_is_kept_once": lambda there: (
        like(
            there.kept,
            {"object_id": there.other.pk},
            {"slot": "photo"},
            {"sha256": "b" * 64},
            {"removed_at": there.now},
        ),
        like(there.kept, {}, {"name": "同一份.pdf"}),
    ),
    "who_removed_a_file_did_so_some_day": lambda there: (
        like(there.kept, {"removed_at": there.now}, {"removed_at": there.now, "removed_by": there.other}),
        like(there.kept, {"slot": "photo", "removed_by": there.other}),
    ),
    "an_ended_job_has_its_time": lambda there: (
        like(there.job, *({"state": state} for state in ("waiting", "running")))
        + like(
            there.job, *({"state": end, "finished_at": there.now} for end in ("done", "failed", "cancelled"))
        ),
        like(there.job, *({"state": end} for end in ("done", "failed", "cancelled")))
        + like(there.job, *({"state": state, "finished_at": there.now} for state in ("waiting", "running"))),
    ),
    "one_sequence_a_year": lambda there: (
        like(there.sequence, {"name": "document"}, {"year": 2027}),
        like(there.sequence, {}, {"last": 0}),
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_the_database_keeps_each_rule(rule, there):
    assert_kept_both_ways(rule, *RULES[rule](there))


def test_every_rule_is_in_the_table():
    assert set(RULES) == named_constraints("records")
