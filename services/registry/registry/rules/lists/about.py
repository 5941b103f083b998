"""What a file is about: which list, and of which campaign, period and unit where a list has to be told."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from registry.rules.lists.listing import Listing

NEEDS: Final = ("campaign_id", "period_id", "unit_id")


@dataclass(frozen=True, slots=True)
class About:
    """A list with what it is told; what it does not take is never kept, so nobody gets rights by saying more."""

    listing: Listing
    campaign_id: UUID | None = None
    period_id: UUID | None = None
    unit_id: UUID | None = None

    @classmethod
    def of(cls, listing: Listing, **said: UUID | None) -> "About":
        """Take of what was said what the list needs, or takes."""
        return cls(listing, **{name: said.get(name) for name in listing.needs | listing.takes})

    @property
    def missing(self) -> tuple[str, ...]:
        """Name what the list needs and nobody has said."""
        return tuple(name for name in NEEDS if name in self.listing.needs and getattr(self, name) is None)
