"""The reasoning of awards: pure functions on plain values."""

from awards.rules.amending import Amendment, Fault, Standing, Target, amend, standing
from awards.rules.packs import (
    Assessment,
    Checked,
    Condition,
    Confirmation,
    Mark,
    Pack,
    Record,
    Title,
    assess,
    pack_for,
)

__all__ = [
    "Amendment",
    "Assessment",
    "Checked",
    "Condition",
    "Confirmation",
    "Fault",
    "Mark",
    "Pack",
    "Record",
    "Standing",
    "Target",
    "Title",
    "amend",
    "assess",
    "pack_for",
    "standing",
]
