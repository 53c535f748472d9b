"""The suite fails where a template of ours asks for a variable that nobody gave it."""

import pytest
from django.template import engines

from tests import templates
from tests.templates import UndefinedVariable


@pytest.fixture
def render(monkeypatch):
    """Render a piece of template as if it stood in a file of ours, or of another package."""

    def render(text: str, *, whose: str = "ours", **context) -> str:
        monkeypatch.setattr(templates, "ours", lambda origin: whose == "ours")
        return engines["django"].from_string(text).render(context)

    return render


@pytest.mark.parametrize(
    "text",
    ["{{ studio }}", "{{ studio.name }}", "{{ studio|upper }}", "{% if yes %}{{ studio }}{% endif %}"],
)
def test_an_undefined_variable_fails(render, text):
    with pytest.raises(UndefinedVariable, match="studio"):
        render(text, yes=True)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{{ studio|default:'-' }}", "-"),
        ("{% if studio %}yes{% else %}no{% endif %}", "no"),
        ("{% firstof studio 'none' %}", "none"),
    ],
)
def test_a_template_may_ask_whether_there_is_one(render, text, shown):
    assert render(text) == shown


def test_templates_of_other_packages_go_on_as_always(render):
    assert render("[{{ studio }}{{ studio|default:'-' }}]", whose="theirs") == "[-]"


def test_what_is_empty_is_not_undefined(render):
    assert render("[{{ studio }}]", studio="") == "[]"
