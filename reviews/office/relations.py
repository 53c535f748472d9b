"""Declared relations in the office: who reviews which studio in no round, and who said so."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.models import RoleCode, User
from accounts.office import OfficeAdmin
from records.pages import number
from records.templatetags.present import moment
from reviews.models import OPEN, Application, DeclaredBy, Relation
from reviews.models.panel import studios_of_their_own
from studios.models import Studio
from studios.office.filters import SearchedByStudio


class PersonChoice(forms.ModelChoiceField):
    def label_from_instance(self, person) -> str:
        if person.unit_id is None:
            return _now("%(name)s, from outside the university") % {"name": person.name}
        return _now("%(name)s, %(unit)s") % {"name": person.name, "unit": person.unit.name}


class RelationForm(forms.ModelForm):
    person = PersonChoice(
        User.objects.none(),
        label=_("Expert, or person of the office"),
        required=False,
        help_text=_(
            "Experts and people of the union’s office are chosen here; who is chosen deals with the studio in no way. "
            "Anybody else is named by name below."
        ),
    )

    class Meta:
        model = Relation
        fields = ("studio", "person", "name", "reason")
        help_texts = {"reason": _("What kind of relation, and from where it is known.")}

    def __init__(self, *args, **kwargs):
        """Studios are offered whose application is open, experts by their unit; nothing where it is only read."""
        super().__init__(*args, **kwargs)
        if "name" in self.fields:
            people = User.objects.with_role(RoleCode.EXPERT, *RoleCode.READS_ALL).select_related("unit")
            self.fields["person"].queryset = people.order_by("unit__code", "pinyin")
            self.fields["name"].required = False
            applying = Application.objects.filter(state__in=OPEN).values("studio")
            self.fields["studio"].queryset = Studio.objects.filter(pk__in=applying).order_by("pinyin", "pk")

    def clean(self):
        cleaned = super().clean()
        if person := cleaned.get("person"):
            cleaned["name"] = self.instance.name = person.name
        elif not (cleaned.get("name") or "").strip():
            raise ValidationError(_now("Choose a person, or type a name."))
        return cleaned

    def _get_validation_exclusions(self):
        """Who declared it is known once it is saved; the constraint asks for all three."""
        return super()._get_validation_exclusions() - {"name", "declared_by"}


@admin.register(Relation)
class RelationAdmin(SearchedByStudio, OfficeAdmin):
    """Added and removed by union staff; what an expert has declared of themselves stays. Not of the own case."""

    viewers = RoleCode.READS_ALL
    editors = deleters = frozenset({RoleCode.UNION_STAFF})
    form = RelationForm
    list_display = ["name", "studio", "reason", "said_by", "declared"]
    list_select_related = ["studio", "declared_by", "person"]
    ordering = ["-declared_at"]
    view_on_site = False

    class Media:
        css = {"all": ["css/office.css"]}

    def get_queryset(self, request):
        own = studios_of_their_own(request.user)
        return super().get_queryset(request).exclude(studio__in=own)

    def get_actions(self, request):
        return {}

    def has_change_permission(self, request, obj=None) -> bool:
        """What was declared is not changed: it is removed, and declared anew."""
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        of_the_expert = obj is not None and obj.side == DeclaredBy.EXPERT
        return super().has_delete_permission(request, obj) and not of_the_expert

    def get_fields(self, request, obj=None):
        if obj:
            return ["studio", "name", "reason", "said_by", "declared_by", "declared"]
        return ["studio", "person", "name", "reason"]

    def get_changeform_initial_data(self, request):
        return {"studio": number(request.GET.get("studio")) or None}

    def get_form(self, request, obj=None, change=False, **kwargs):
        """Who saves it is who declared it."""
        form = super().get_form(request, obj, change=change, **kwargs)

        class By(form):
            def clean(self):
                self.instance.declared_by, self.instance.side = request.user, DeclaredBy.OFFICE
                studio = self.cleaned_data.get("studio")
                if studio is not None and studio.concerns(request.user):
                    raise ValidationError(_now("This is your own case. Somebody else has to deal with it."))
                return super().clean()

        return form if obj else By

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """No signs beside the fields that open windows."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "studio":
            field.widget = field.widget.widget
        return field

    def delete_view(self, request, object_id, extra_context=None):
        text = _now("Whoever bears this name may then review the studio, as far as nothing else is known.")
        return super().delete_view(request, object_id, {"text": text, **(extra_context or {})})

    @admin.display(description=_("declared by"))
    def said_by(self, obj):
        if obj.side == DeclaredBy.EXPERT:
            return _now("the expert")
        if obj.side == DeclaredBy.OFFICE:
            return _now("the office: %(name)s") % {"name": obj.declared_by.name}
        return _now("the studio: %(name)s") % {"name": obj.declared_by.name}

    @admin.display(description=_("declared"), ordering="declared_at")
    def declared(self, obj):
        return moment(obj.declared_at)
