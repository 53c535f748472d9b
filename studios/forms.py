"""The forms of the parts that are not rows, of starting a studio, and of the list's search."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from records import cells
from studios import inputs
from studios.articles import linked
from studios.models import KINDS, State, Studio, Venue, derived_name
from studios.parts import PLAN
from studios.renewal import OVER, SOON, ending, over

MOST_TEXT = 2000
MOST_FOUND = 20
KIND_CHOICES = [(kind, capfirst(Studio._meta.get_field(kind).verbose_name)) for kind in KINDS]


def text(rows: int = 5) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "maxlength": MOST_TEXT})


class LongestText(MaxLengthValidator):
    """Characters as the browser counts them while one types: a line break is one, though it is sent as two."""

    message = _("At most %(limit_value)s characters fit here; there are %(show_value)s.")

    def clean(self, text: str) -> int:
        return len(text.replace("\r\n", "\n"))


class PartForm(forms.ModelForm):
    """A part as a form. It may be saved half filled; ``needed`` names what is asked for before handing in."""

    needed: tuple[str, ...] = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in self.needed:
            self.fields[name].needed = True
        for field in self.fields.values():
            if isinstance(field.widget, forms.Textarea):
                field.validators.append(LongestText(MOST_TEXT))


class LeadForm(PartForm):
    needed = ("name", "kinds", "founded_on", "direction")

    name = forms.CharField(
        label=_("Name of the studio"),
        max_length=80,
        required=False,
        help_text=linked(
            _("It bears the lead’s name (Article 2). Leave it empty to take the name derived from it.")
        ),
    )
    kinds = forms.MultipleChoiceField(
        label=_("Kinds of innovation"),
        choices=KIND_CHOICES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=linked(_("One or more (Article 4)")),
    )

    class Meta:
        model = Studio
        fields = ["name", "name_reason", "founded_on", "direction", "equipment"]
        widgets = {"founded_on": inputs.day(), "direction": text(4), "equipment": text(3)}
        help_texts = {
            "name_reason": _("Only for a name that differs from the one derived from the lead’s name"),
            "direction": _("What the studio works on, in two or three sentences"),
        }

    field_order = ["name", "name_reason", "kinds", "founded_on", "direction", "equipment"]

    def __init__(self, *args, instance, initial=None, **kwargs):
        chosen = {"kinds": [kind for kind in KINDS if getattr(instance, kind)]}
        super().__init__(*args, instance=instance, initial={**chosen, **(initial or {})}, **kwargs)

    def clean_name(self) -> str:
        return cells.plain(self.cleaned_data["name"]) or derived_name(self.instance.lead)

    def clean(self):
        named = self.cleaned_data.get("name")
        if named and named != derived_name(self.instance.lead) and not self.cleaned_data.get("name_reason"):
            self.add_error("name_reason", _("Give the reason for a name of its own."))

    def _post_clean(self):
        for kind in KINDS:
            setattr(self.instance, kind, kind in self.cleaned_data.get("kinds", []))
        super()._post_clean()


class PlaceForm(PartForm):
    needed = ("address", "area")

    area = inputs.area(label=_("Floor area (m²)"), required=False)
    photos = inputs.FilesField(
        label=_("Photos of the place"), help_text=inputs.PHOTOS_HINT, accept=".jpg,.jpeg,.png"
    )

    class Meta:
        model = Venue
        fields = ["address", "area"]
        help_texts = {"address": _("Down to the room, such as “Training centre, building B, room 302”")}


class PlanForm(PartForm):
    needed = PLAN

    class Meta:
        model = Studio
        fields = PLAN
        widgets = {name: text() for name in fields}
        help_texts = {
            "plan_goals": _("What is to be different after three years"),
            "plan_outcomes": _("Patents, standards, awards, people trained; with numbers where possible"),
        }


class StartForm(forms.Form):
    """Who leads is settled before; here only the name."""

    name = LeadForm.base_fields["name"]
    name_reason = forms.CharField(
        label=_("Reason for a name of its own"),
        max_length=200,
        required=False,
        help_text=LeadForm.Meta.help_texts["name_reason"],
    )

    def __init__(self, *args, lead, **kwargs):
        self.lead = lead
        super().__init__(*args, initial={"name": derived_name(lead)}, **kwargs)
        self.fields["name"].needed = True

    def clean(self):
        named = cells.plain(self.cleaned_data.get("name")) or derived_name(self.lead)
        if named != derived_name(self.lead) and not self.cleaned_data.get("name_reason"):
            raise ValidationError({"name_reason": _("Give the reason for a name of its own.")})
        return {**self.cleaned_data, "name": named}


class SearchForm(forms.Form):
    """All of its fields may stay empty, and none is called optional for that."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.needed = True


class PersonSearch(SearchForm):
    """Finds a person by name, pinyin, initials or staff number."""

    q = forms.CharField(label=_("Name or staff number"), max_length=40, required=False)

    @property
    def asked(self) -> str:
        """Who is looked for; empty when nobody is, or what came cannot be looked for."""
        return self.cleaned_data["q"] if self.is_valid() else ""

    def find(self, people, most: int = MOST_FOUND) -> list:
        """The first of ``people`` that fit, with their units; nobody where nobody is looked for."""
        return list(people.search(self.asked).select_related("unit")[:most]) if self.asked else []


class StudioSearch(SearchForm):
    """Owns how the list of studios is narrowed."""

    q = forms.CharField(label=_("Name, pinyin, initials or staff number"), max_length=40, required=False)
    state = forms.ChoiceField(
        label=_("State"),
        choices=[
            ("", _("All")),
            *State.choices,
            (SOON, _("Cycle ends soon")),
            (OVER, _("Cycle over, not decided on")),
        ],
        required=False,
    )
    kind = forms.ChoiceField(
        label=_("Kind of innovation"), choices=[("", _("All")), *KIND_CHOICES], required=False
    )

    def filter(self, studios):
        if not self.is_valid():
            return studios
        chosen = self.cleaned_data
        if chosen["q"]:
            studios = studios.search(chosen["q"])
        if chosen["state"] in (SOON, OVER):
            find = ending if chosen["state"] == SOON else over
            studios = find(studios, timezone.localdate())
        elif chosen["state"]:
            studios = studios.filter(state=chosen["state"])
        if chosen["kind"]:
            studios = studios.filter(**{chosen["kind"]: True})
        return studios
