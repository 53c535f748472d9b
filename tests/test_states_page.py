from pathlib import Path

from django.conf import settings

from portal.management.commands.draw_states import page


def test_the_state_diagrams_in_docs_are_those_of_the_tables():
    drawn = Path(settings.BASE_DIR, "docs", "states.md").read_text(encoding="utf-8")
    assert drawn == page()
