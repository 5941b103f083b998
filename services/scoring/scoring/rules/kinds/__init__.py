"""The kinds of rule a line of a sheet can have; ``base`` says what a kind is. A new one is a file, and a name here."""

from typing import Annotated

from pydantic import Field

from scoring.rules.kinds.awards import Awards
from scoring.rules.kinds.bands import Bands
from scoring.rules.kinds.checklist import Checklist
from scoring.rules.kinds.direct import Direct
from scoring.rules.kinds.half_plus_leader import HalfPlusLeader
from scoring.rules.kinds.late import Late
from scoring.rules.kinds.per_item import PerItem
from scoring.rules.kinds.proportional import Proportional
from scoring.rules.kinds.rank_points import RankPoints
from scoring.rules.kinds.ratio_linear import RatioLinear
from scoring.rules.kinds.sample_mean import SampleMean
from scoring.rules.kinds.threshold import Threshold
from scoring.rules.kinds.yes_no import YesNo

Rule = Annotated[
    RatioLinear
    | Proportional
    | HalfPlusLeader
    | Threshold
    | Bands
    | YesNo
    | PerItem
    | Checklist
    | SampleMean
    | RankPoints
    | Direct
    | Awards
    | Late,
    Field(discriminator="kind"),
]

__all__ = ["Awards", "HalfPlusLeader", "Late", "Rule"]
