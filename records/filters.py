"""Lists in the office (the admin) are filtered by what they offer."""

from django.contrib.admin import ListFilter

from records.pages import number


class DeclaredFilters:
    """Put before ``ModelAdmin``: the address of a list filters by what the list offers, and by nothing else.

    The stock admin takes any field of the model. Whoever sees the list could then ask for hidden ones, such as
    password hashes, letter by letter.
    """

    ENDINGS = ("", "__exact", "__in", "__isnull", "__id__exact")
    DATES = {"__year": range(1949, 2101), "__month": range(1, 13), "__day": range(1, 32)}

    def lookup_allowed(self, lookup: str, value, request) -> bool:
        offered = {
            f"{self.date_hierarchy}{ending}"
            for ending, known in self.DATES.items()
            if self.date_hierarchy and number(value) in known
        }
        for declared in self.get_list_filter(request):
            name = declared[0] if isinstance(declared, (list, tuple)) else declared
            if isinstance(name, str):
                offered |= {f"{name}{ending}" for ending in self.ENDINGS}
            elif issubclass(name, ListFilter):
                offered.add(name.parameter_name)
        return lookup in offered
