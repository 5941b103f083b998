"""Do services that may not import one another say the same where each has to know it by itself?"""

from typing import get_args

from contracts.people import AwardForm
from gateway.pages import forms
from gateway.pages.sheets import COMPUTED
from scoring.rules.kinds import Rule
from scoring.rules.kinds.awards import FORMS
from scoring.rules.kinds.base import Kind


def kinds() -> dict[str, type[Kind]]:
    """Give every kind of rule by the word that a sheet has for it."""
    (union, _) = get_args(Rule)
    found: dict[str, type[Kind]] = {}
    for kind in get_args(union):
        (word,) = get_args(kind.model_fields["kind"].annotation)
        found[word] = kind
    return found


def test_pages_offer_an_appeal_against_the_points_of_every_computed_kind() -> None:
    computed = {word for word, kind in kinds().items() if kind.computed}
    assert len(kinds()) > len(computed) > 0
    assert computed == COMPUTED, "gateway.pages.sheets.COMPUTED names what scoring's kinds say of themselves"


def test_forms_of_award_are_called_the_same_where_they_are_recorded_and_where_they_count() -> None:
    recorded = list(forms.AWARD_FORMS.items())
    assert recorded == [(str(form), words) for form, words in FORMS.items()]
    assert {form for form, _ in recorded} == set(map(str, AwardForm))
