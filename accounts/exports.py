"""The lists of units and people as Excel, under the headings of their import: what went out can come in again.

Birth, telephone and mail address of people never leave by this way.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from import_export.resources import Resource

from records.exports import column


class UnitResource(Resource):
    code = column("code", _("Unit code"))
    name = column("name", _("Unit name"))
    short_name = column("short_name", _("Short name"))
    parent = column("parent__name", _("Parent unit"))
    kind = column("get_kind_display", _("Kind of unit"))
    union_name = column("union_name", _("Department union"))
    union_chair = column("union_chair", _("Chair of the department union"))
    union_phone = column("union_phone", _("Telephone"))


class PersonResource(Resource):
    staff_no = column("staff_no", _("Staff number"))
    name = column("name", _("Name"))
    unit = column("unit__name", _("Unit"))
    degree = column("degree", _("Education"))
    academic_degree = column("academic_degree", _("Academic degree"))
    title = column("title", _("Professional title"))
    post = column("post", _("Administrative post"))
    honour_text = column("honour_text", _("Honours"))
    roles = column("", _("roles"))
    account = column("account_state", _("account"))

    def dehydrate_roles(self, person) -> str:
        return "；".join(str(role) for role in person.roles.all())
