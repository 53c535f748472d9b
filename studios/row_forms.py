"""The forms of the repeating rows; pasted rows go through the same forms."""

from __future__ import annotations

from django import forms
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.import_columns import STAFF_NO_DIGITS
from accounts.models import Unit, User
from accounts.names import bare
from records import cells
from studios import inputs
from studios.models import BudgetLine, Honour, Member, Project, RuleDocument
from studios.sharing import judge_now
from studios.titles import degree_of


class RowForm(forms.ModelForm):
    """One row of a studio's papers. The instance carries its studio before it is checked.

    Its fields stand in the order of the columns that are pasted, and are called what the model calls them.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if field.label is None:
                field.label = capfirst(self._meta.model._meta.get_field(name).verbose_name)
            if isinstance(field, forms.TypedChoiceField):
                field.choices = [
                    (value, label if value else _("Please choose")) for value, label in field.choices
                ]

    def _get_validation_exclusions(self):
        return super()._get_validation_exclusions() - {"studio"}


class HonourForm(RowForm):
    files = inputs.FilesField(label=_("Scan of the certificate"), help_text=inputs.FILES_HINT)

    class Meta:
        model = Honour
        fields = ["title", "level", "year", "certificate_no", "body"]
        help_texts = {
            "title": _("As it stands on the certificate, such as “Model worker of Shanghai”"),
            "level": _("A municipality directly under the state ranks with provinces."),
        }


JUDGES = _(
    "%(person)s signs for the unit or handles the reviews in the union’s office, and so cannot become a member while "
    "the application is under way."
)
JUDGES_BY_NAME = _(
    "Somebody named %(person)s judges this application. For another person of this name give the staff number."
)


class MemberForm(RowForm):
    staff_no = forms.CharField(
        label=_("Staff number"),
        max_length=20,
        required=False,
        help_text=_(
            "For people of the university; what is left empty below is then filled in from personnel data, "
            "the year of birth for people of the unit only."
        ),
    )

    class Meta:
        model = Member
        fields = ["name", "title", "degree", "birth_year", "role", "duty", "joined_on", "left_on"]
        widgets = {"joined_on": inputs.day(), "left_on": inputs.day()}

    field_order = ["staff_no", "name"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].required = False
        self.fields["name"].needed = True
        self.fields["role"].initial = Member.Duty.MEMBER
        if self.instance.pk is None:
            del self.fields["left_on"]
        if self.instance.user_id:
            self.initial.setdefault("staff_no", self.instance.user.staff_no or "")

    def clean_staff_no(self) -> str:
        number = cells.tight(self.cleaned_data["staff_no"])
        if number:
            person = person_of(number)
            if person is None:
                raise forms.ValidationError(_("Nobody has this staff number."))
            if person.pk == self.instance.studio.lead_id:
                raise forms.ValidationError(_("The lead is not listed among the members."))
            if person.pk != self.instance.user_id and judge_now(self.instance.studio, person=person):
                raise forms.ValidationError(JUDGES, params={"person": person})
            self.person = person
        return number

    def clean(self):
        person = getattr(self, "person", None)
        given = self.cleaned_data
        if person is not None:
            for name, value in personnel(person).items():
                given[name] = given.get(name) or value
        if not given.get("name") and "staff_no" not in self.errors:
            self.add_error("name", _("Give the name or the staff number."))
        elif person is None and "staff_no" not in self.errors:
            self._check_namesake(given.get("name", ""))
        if not self.errors:
            self.instance.user = person

    def _check_namesake(self, name: str) -> None:
        """A name without a staff number is taken for the colleague of that name."""
        had = self.initial.get("name", "") if self.instance.user_id is None else ""
        if bare(name) != bare(had) and judge_now(self.instance.studio, name=name):
            self.add_error("name", forms.ValidationError(JUDGES_BY_NAME, params={"person": name}))

    def _get_validation_exclusions(self):
        return super()._get_validation_exclusions() - {"user"}

    def save(self, commit=True):
        """A year of birth left empty is taken over with the row and never before: the form tells nobody's."""
        member, person = self.instance, getattr(self, "person", None)
        if member.birth_year is None and person and is_of(person, member.studio.unit):
            member.birth_year = person.birth_year
        return super().save(commit)


def person_of(number: str) -> User | None:
    """Whoever has this staff number; the zeros before it that Excel has eaten are put back."""
    numbers = [number, number.zfill(STAFF_NO_DIGITS)]
    people = User.objects.filter(staff_no__in=numbers, is_active=True).select_related("unit")
    found = {person.staff_no: person for person in people}
    return next((found[one] for one in numbers if one in found), None)


def is_of(person: User, unit: Unit) -> bool:
    """Whether the person belongs to the unit or to one below it."""
    return person.unit is not None and person.unit.path.startswith(unit.path)


def personnel(person: User) -> dict:
    """What personnel data says of a person, in the fields of a member; who asks need not know them."""
    return {
        "name": person.name,
        "title": person.title,
        "degree": degree_of(person.degree or person.academic_degree),
    }


class ProjectForm(RowForm):
    amount = inputs.amount(required=False, help_text=_("“12万元” is understood as well."))
    files = inputs.FilesField(label=_("Approval of the project"), help_text=inputs.FILES_HINT)

    class Meta:
        model = Project
        fields = ["name", "level", "number", "funder", "duty", "starts_on", "ends_on", "amount"]
        widgets = {"starts_on": inputs.day(), "ends_on": inputs.day()}
        help_texts = {"level": _("A project of the city of Shanghai counts as provincial.")}


class BudgetLineForm(RowForm):
    amount = inputs.amount(help_text=_("“2万元” is understood as well."))

    class Meta:
        model = BudgetLine
        fields = ["year", "purpose", "source", "amount"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["year"].initial = timezone.localdate().year


class RuleDocumentForm(RowForm):
    files = inputs.FilesField(label=_("Text of the rules"), help_text=inputs.FILES_HINT)

    class Meta:
        model = RuleDocument
        fields = ["title", "kind", "version", "dated_on"]
        widgets = {"dated_on": inputs.day()}
