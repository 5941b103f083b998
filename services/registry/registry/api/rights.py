"""Who may do what here."""

from uuid import UUID

from chassis.http import Command, Reading
from contracts.notify import Post

_OFFICE = (Post.CITY_OFFICE, None)


def office_only(door: Command | Reading) -> None:
    door.identity.require(_OFFICE, who_may="Phòng Nội vụ thành phố")


def own_unit(door: Command | Reading, unit_id: UUID) -> None:
    door.identity.require(
        (Post.UNIT_OFFICER, unit_id), _OFFICE, who_may="cán bộ đầu mối của chính đơn vị đó, hoặc Phòng Nội vụ thành phố"
    )
