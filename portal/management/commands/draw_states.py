"""Draw the state diagrams of docs/states.md from the tables of moves."""

from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from records.moves import Movable

HEAD = """# States and moves

Drawn by `manage.py draw_states` from the `MOVES` tables of the models.
A test fails when this page is out of date.
"""


def page() -> str:
    """The whole page: one Mermaid diagram for each model that moves, with Chinese state names."""
    with translation.override("zh-hans"):
        models = [model for model in apps.get_models() if issubclass(model, Movable)]
        models.sort(key=lambda model: model._meta.label)
        return HEAD + "".join(f"\n{diagram(model)}" for model in models)


def diagram(model) -> str:
    states = dict(model._meta.get_field("state").choices)
    start = model._meta.get_field("state").default
    lines = [f"## {model._meta.verbose_name} (`{model._meta.label}`)", "", "```mermaid", "stateDiagram-v2"]
    lines += [f"    {state}: {label}" for state, label in states.items()]
    lines.append(f"    [*] --> {start}")
    for verb, move in model.MOVES.items():
        lines += [
            f"    {origin} --> {target}: {verb}"
            for origin in states
            if origin in move.origins
            for target in states
            if target in move.targets
        ]
    return "\n".join([*lines, "```", ""])


class Command(BaseCommand):
    help = "Write docs/states.md from the tables of moves; with --check only say whether it is up to date."

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true")

    def handle(self, *, check, **options):
        path = Path(settings.BASE_DIR, "docs", "states.md")
        drawn = page()
        if check:
            if path.read_text(encoding="utf-8") != drawn:
                raise CommandError("docs/states.md is out of date: run manage.py draw_states")
            return
        path.write_text(drawn, encoding="utf-8")
        self.stdout.write(str(path))
