import pytest
from django.db import transaction

from records.numbers import NumberSequence, next_number


@pytest.mark.django_db
def test_numbers_count_by_name_and_year():
    given = [next_number("certificate", 2026) for _each in range(3)]
    assert (given, next_number("certificate", 2027), next_number("decision", 2026)) == ([1, 2, 3], 1, 1)


@pytest.mark.django_db
def test_a_rollback_gives_the_number_back():
    next_number("certificate", 2026)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        assert next_number("certificate", 2026) == 2
        raise ZeroDivisionError
    assert next_number("certificate", 2026) == 2


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_no_number_is_given():
    with pytest.raises(RuntimeError):
        next_number("certificate", 2026)
    assert not NumberSequence.objects.exists()
