"""Named constraints, tried on the database itself: past every form, past ``clean`` and past ``save``."""

import re
from copy import copy

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction


def named_constraints(package: str) -> set[str]:
    """The names of all constraints of a package's models."""
    return {
        rule.name for model in apps.get_app_config(package).get_models() for rule in model._meta.constraints
    }


def like(row: models.Model, *changes: dict) -> list[models.Model]:
    """Rows like ``row`` but for the changes of each, not written; what identifies a row they have of their own."""
    return [_twin(row, change) for change in changes]


def _twin(row: models.Model, change: dict) -> models.Model:
    twin = copy(row)
    twin.pk, twin._state.adding = None, True
    for field in twin._meta.concrete_fields:
        if field.unique and field.has_default():
            setattr(twin, field.attname, field.get_default())
    for field, value in change.items():
        setattr(twin, field, value)
    return twin


def assert_kept_both_ways(name: str, inside: list[models.Model], outside: list[models.Model]) -> None:
    """Each row inside the rule is taken, each outside is refused for this rule and no other; so says the database, and
    so says the model, in a sentence for people.
    """
    assert inside
    assert outside
    for row in inside:
        row.validate_constraints()
        assert refused_by(row) is None
    for row in outside:
        (rule,) = [rule for rule in row._meta.constraints if rule.name == name]
        with pytest.raises(ValidationError) as refusal:
            row.validate_constraints()
        assert refusal.value.messages == [rule.violation_error_message]
        assert rule.violation_error_message != rule.default_violation_error_message
        assert re.search("[一-鿿]", refusal.value.messages[0])
        assert refused_by(row) == name


def refused_by(row: models.Model) -> str | None:
    """Which constraint keeps the row out of the database; None when it takes the row. Nothing of it stays."""
    try:
        with transaction.atomic():
            type(row)._base_manager.bulk_create([row])
            transaction.set_rollback(True)
    except IntegrityError as error:
        return broken_rule(row, error)
    return None


def broken_rule(row: models.Model, error: IntegrityError) -> str:
    """PostgreSQL says the name; SQLite does for checks and expressions, of what is unique it says the columns."""
    if connection.vendor == "postgresql":
        return error.__cause__.diag.constraint_name
    said = str(error).partition(" constraint failed: ")[2].removeprefix("index ").strip("'")
    columns = {column.rpartition(".")[2] for column in said.split(", ")}
    for rule in row._meta.constraints:
        fields = getattr(rule, "fields", ())
        if fields and columns == {row._meta.get_field(field).column for field in fields}:
            return rule.name
    return said
