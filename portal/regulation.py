"""The regulation in the product's own words: what each article rules, and where the portal does it.

What the portal does not do yet is said as plainly as what it does.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from studios.articles import anchor, cite


@dataclass(frozen=True)
class Article:
    """One article.

    :param items: its numbered items, where it has them: title and what it rules.
    :param page: the name of the address where one can go and do it.
    """

    number: int
    title: str
    rules: str
    here: str
    items: tuple[tuple[str, str], ...] = ()
    page: str = ""
    page_label: str = ""

    @property
    def cited(self) -> str:
        return cite(str(self.number))

    @property
    def anchor(self) -> str:
        return anchor(str(self.number))

    @property
    def numbered_items(self) -> list[dict[str, str]]:
        return [
            {"anchor": anchor(f"{self.number}({place})"), "title": title, "rules": rules}
            for place, (title, rules) in enumerate(self.items, start=1)
        ]


@dataclass(frozen=True)
class Chapter:
    title: str
    articles: tuple[Article, ...]


CONDITIONS = (
    (_("A model worker leads it"), _("The lead holds an honour of municipal level or above.")),
    (
        _("There is a team"),
        _("Professional titles, education and ages are in a sound balance, and people work well together."),
    ),
    (
        _("There are projects"),
        _("In every year at least one innovation project of provincial level or above."),
    ),
    (
        _("There are results"),
        _("In every two years one or two results that somebody outside recognises, with a benefit to show."),
    ),
    (_("There are a place and money"), _("A fixed place that is large enough, and money set aside for it.")),
)

CHAPTERS = (
    Chapter(
        _("General"),
        (
            Article(
                1,
                _("Why there are studios"),
                _("Model workers set an example in teaching, research and service, and hand their skill on."),
                _("Direction of work and three-year plan are parts of every application."),
            ),
        ),
    ),
    Chapter(
        _("Goals and conditions"),
        (
            Article(
                2,
                _("What a studio is"),
                _("A team that a model worker leads and whose name it bears."),
                _("The name is made from the lead’s name; who wants another one gives the reason."),
            ),
            Article(
                3,
                _("Five basic conditions"),
                _("Whoever wants to be named meets all five:"),
                _(
                    "Each condition is worked out from what is entered and shown beside the form, to those who "
                    "sign, and to the university union, with what is still missing. The numbers stand in the "
                    "policy."
                ),
                items=CONDITIONS,
            ),
            Article(
                4,
                _("Four kinds of innovation"),
                _("Technology, management, service and mechanism."),
                _("A studio chooses one or more; the office can filter by them."),
            ),
            Article(
                5,
                _("What it aims at"),
                _(
                    "To advise, to start new things, to solve hard problems, to bring people on, to lead the way."
                ),
                _("The goals are written in the three-year plan."),
            ),
            Article(
                6,
                _("What it does"),
                _(
                    "It takes on what is hard in teaching, research and administration, trains colleagues, holds "
                    "exchanges and gives apprentices a master."
                ),
                _(
                    "The three-year plan says it year by year. Records of single activities are not in the "
                    "portal yet."
                ),
            ),
            Article(
                7,
                _("One selection a year"),
                _(
                    "From 2023 on, across the university: who wants to applies, the unit recommends, experts "
                    "judge. Who is ready is named; there is no quota."
                ),
                _(
                    "Each year has a round with its days. Experts score here, none of them with a relation to the "
                    "studio; pass mark and judgement decide, and nobody counts how many are named."
                ),
                page="reviews:applications",
                page_label=_("Applications"),
            ),
        ),
    ),
    Chapter(
        _("Naming and running"),
        (
            Article(
                8,
                _("Recommendation, endorsement, naming"),
                _(
                    "The department union recommends, Party and administration of the unit agree, the university "
                    "union reviews with other departments, and names around 1 May."
                ),
                _(
                    "Three people sign in the browser or on the stamped form, in any order. Who is late is "
                    "reminded. Who is to be named stands on public notice first. Decision, certificate and plaque "
                    "are made here, and anybody can check a certificate."
                ),
                page="portal:check",
                page_label=_("Check a certificate"),
            ),
            Article(
                9,
                _("Rules of its own"),
                _(
                    "For study and exchange, for solving problems, for putting results to use, for training "
                    "people."
                ),
                _(
                    "Its rules are a part of the application, each with its date; a kind that is missing is "
                    "shown."
                ),
            ),
            Article(
                10,
                _("Ledgers"),
                _(
                    "The studio keeps three: of activities, of achievements, of its members’ growth. The "
                    "university union keeps one of all studios."
                ),
                _(
                    "Achievements are kept here, and the office has the list of all studios with how they stand. "
                    "The other two ledgers are not in the portal yet."
                ),
            ),
            Article(
                11,
                _("Assessment of each year"),
                _(
                    "The studio checks itself and reports on its year; the university union adds what it saw. A "
                    "year holds at least one project, and several trainings, exchanges and mentorings."
                ),
                _("How many of each, the policy says. Report and assessment are not in the portal yet."),
            ),
            Article(
                12,
                _("Cycles of three years"),
                _(
                    "At the end of a cycle the university union looks at every studio; who does not meet the "
                    "mark loses the title."
                ),
                _(
                    "A naming opens the cycle and sets how long the certificate holds. Everybody concerned is "
                    "reminded before the end. The review itself is not in the portal yet."
                ),
                page="studios:studios",
                page_label=_("Studios"),
            ),
            Article(
                13,
                _("Money for the work"),
                _(
                    "The unit bears the daily costs. The university union adds 20,000 yuan for each cycle, for "
                    "this purpose only, and anybody may see how it is spent."
                ),
                _(
                    "The budget is a part of the application, and the policy holds the amount. Accounts of the "
                    "grant are not in the portal yet."
                ),
            ),
            Article(
                14,
                _("Guidance and service"),
                _("The university union advises the studios and lets them learn from each other."),
                _(
                    "Notices reach everybody concerned, here and by mail. Joint events are not in the portal yet."
                ),
            ),
        ),
    ),
    Chapter(
        _("Support for the studios"),
        (
            Article(
                15,
                _("A matter for the unit"),
                _(
                    "Department unions win Party and administration for it, and it stands on their agenda and in "
                    "the plans of the unit."
                ),
                _(
                    "The department union sees all studios of its unit, what is due, and which condition is at "
                    "risk."
                ),
                page="studios:studios",
                page_label=_("Studios"),
            ),
            Article(
                16,
                _("Growth of the members"),
                _(
                    "Members come first when honours are proposed and when rest-cures, study trips and training "
                    "are given."
                ),
                _(
                    "Who belongs to a studio, since when and with which duty, is kept here. What they were given "
                    "is not in the portal yet."
                ),
            ),
            Article(
                17,
                _("Who owns the results"),
                _("That follows the law and the rules of the university."),
                _("Each achievement states its owner and the studio’s share."),
            ),
            Article(
                18,
                _("Making it known"),
                _("The unions tell of the studios and spread what they found out."),
                _(
                    "Decisions on namings can be printed. Public pages of the studios are not in the portal yet."
                ),
            ),
            Article(
                19,
                _("In force, and who interprets it"),
                _("It holds from the day of its publication; the university union interprets it."),
                _(
                    "The numbers are kept in versions, each with its first day; a round and a cycle keep the "
                    "version they began with. Wherever an article is cited, the link leads to this page."
                ),
            ),
        ),
    ),
)


def articles() -> list[Article]:
    return [article for chapter in CHAPTERS for article in chapter.articles]
