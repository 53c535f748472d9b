"""A certificate as a naming leaves it."""

from datetime import date

from studios.models import Certificate, Cycle
from tests.factories import PolicyFactory, StudioFactory, UserFactory


def certify(name="龚䶮", *, serial=1, year=2026, **fields) -> Certificate:
    """A studio with its first cycle and certificate, as a naming leaves it."""
    studio = StudioFactory(lead__name=name, state="named")
    starts, ends = date(year, 5, 1), date(year + 3, 4, 30)
    cycle = Cycle.objects.create(
        studio=studio, number=1, starts_on=starts, ends_on=ends, policy=PolicyFactory()
    )
    return Certificate.objects.create(
        studio=studio,
        cycle=cycle,
        year=year,
        serial=serial,
        number=f"{year}-{serial:03d}",
        studio_name=studio.name,
        lead_name=name,
        starts_on=starts,
        ends_on=ends,
        issued_on=date(year, 4, 20),
        issued_by=UserFactory(),
        **fields,
    )
