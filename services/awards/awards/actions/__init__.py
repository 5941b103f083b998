"""What awards can do."""

from awards.actions.amending import Amended, AmendmentBody, advance_rechecks, amend_pack
from awards.actions.assessing import (
    Adopted,
    adopt_pack,
    learn_periods,
    learn_pledges,
    learn_registrations,
    learn_units,
    learn_years,
)
from awards.actions.placing import learn_places, learn_rescored_blocks, learn_scores

__all__ = [
    "Adopted",
    "Amended",
    "AmendmentBody",
    "adopt_pack",
    "advance_rechecks",
    "amend_pack",
    "learn_periods",
    "learn_places",
    "learn_pledges",
    "learn_registrations",
    "learn_rescored_blocks",
    "learn_scores",
    "learn_units",
    "learn_years",
]
