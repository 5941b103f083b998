"""Pledges, as callers send them."""

from typing import Annotated

from pydantic import Field

from contracts.envelope import GivenNumber
from registry import rules
from registry.actions.bodies.base import Body

TitleCode = Annotated[str, Field(pattern=r"^[A-Z0-9_]{2,40}$")]


class PledgeStepBody(Body):
    """One step; what a step does not need (titles on approval, a reason on submission) is left out."""

    version: Annotated[GivenNumber, Field(ge=0)]
    act: rules.PledgeAct
    titles: Annotated[tuple[TitleCode, ...], Field(max_length=50)] = ()
    promises: Annotated[dict[str, str], Field(max_length=200)] = Field(default_factory=dict)
    text: Annotated[str, Field(max_length=10_000)] = ""
    reason: Annotated[str, Field(max_length=2_000)] = ""
