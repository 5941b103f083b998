"""What is told of places and points: on a board that moves, on one that is published, and after a rescoring."""

from collections.abc import Iterator, Sequence

from contracts.notify import Post
from contracts.scoring import BlockRescored, BoardPublished, BoardState, Passed, Place, RankingChanged, RescoredUnit
from notify.rules.words import Message, Names, count, points


def tell_ranking(event: RankingChanged, names: Names) -> Iterator[Message]:
    """Every unit that is named and has another rank, and the head of the block.

    On a large board whoever was only passed is not named: the head alone hears of them, and how many they are.
    """
    link = f"/bang-khoi/{event.block_id}"
    moved = [place for place in event.changed if place.rank != place.previous_rank]
    for place in moved:
        yield Message(
            post=Post.UNIT_OFFICER,
            scope_id=place.unit_id,
            about_id=place.unit_id,
            title=f"{names(place.unit_id)} {_movement(place)}",
            text=_standing(place, event.ranked),
            link=link,
        )
    if number := len(moved) + sum(those.units for those in event.passed):
        named = [f"{names(place.unit_id)} {_movement(place)}" for place in moved[:5]]
        yield Message(
            post=Post.BLOCK_HEAD,
            scope_id=event.block_id,
            about_id=event.block_id,
            title=f"Bảng {names(event.block_id)} có {count(number)} đơn vị đổi hạng",
            text="; ".join([*named, *_passed(event.passed, "đơn vị khác" if named else "đơn vị")]) + ".",
            link=link,
        )


def tell_published(event: BoardPublished, names: Names) -> Iterator[Message]:
    """Every unit of the block, and its head: that the board stands, where the unit stands on it, and what can be done."""
    block, period = names(event.block_id), names(event.period_id)
    if event.correction:
        what, after = "đã được đính chính", "Bản trước vẫn xem được, kèm lý do đính chính."
    elif event.state is BoardState.FINAL:
        what, after = "đã chính thức", "Bảng không thay đổi nữa, trừ khi có quyết định đính chính."
    else:
        what, after = "đã chốt", "Nếu thấy sai, gửi kiến nghị đúng mục đó; thay đổi được tính vào lần công bố sau."
    message = Message(
        post=Post.BLOCK_HEAD,
        scope_id=event.block_id,
        about_id=event.block_id,
        title=f"Bảng {block} {what}",
        text=f"{period}: {event.ranked} đơn vị được xếp hạng. {after}",
        link=f"/bang-khoi/{event.block_id}?ky={event.period_id}",
    )
    yield message
    for place in event.places:
        stands = f"hạng {place.rank} trong {event.ranked} đơn vị" if place.rank else "không được xếp hạng"
        own = {"post": Post.UNIT_OFFICER, "scope_id": place.unit_id, "about_id": place.unit_id}
        yield message.model_copy(update={**own, "text": f"{period}: {names(place.unit_id)} {stands}. {after}"})


def tell_rescored(event: BlockRescored, names: Names) -> Iterator[Message]:
    """Every unit whose points or place another version of the sheet has changed, old and new; and the block's head, once."""
    changed = [each for each in event.changed if _otherwise(each)]
    version = f"phiên bản {event.sheet_version} của bảng điểm"
    link = f"/bang-khoi/{event.block_id}?ky={event.period_id}"
    for each in changed:
        yield Message(
            post=Post.UNIT_OFFICER,
            scope_id=each.unit_id,
            about_id=each.unit_id,
            title=f"{names(each.unit_id)} được chấm lại theo {version}",
            text=f"{names(event.period_id)}: {_before_and_after(each)}. Số liệu đã báo cáo không thay đổi.",
            link=link,
        )
    if event.part == 1 and (changed or event.parts > 1):
        count = (
            f"{len(changed)} đơn vị đổi điểm hoặc hạng" if event.parts == 1 else "xem điểm và hạng mới trong bảng khối"
        )
        yield Message(
            post=Post.BLOCK_HEAD,
            scope_id=event.block_id,
            about_id=event.block_id,
            title=f"Bảng {names(event.block_id)} được chấm lại theo {version}",
            text=f"{names(event.period_id)}: {count}.",
            link=link,
        )


def _otherwise(unit: RescoredUnit) -> bool:
    return unit.points != unit.previous_points or unit.rank != unit.previous_rank


def _before_and_after(unit: RescoredUnit) -> str:
    """Say both figures, each old and new, or that it stayed."""
    before, after = points(unit.previous_points), points(unit.points)
    total = f"điểm từ {before} thành {after}" if before != after else f"điểm vẫn là {after}"
    if unit.rank == unit.previous_rank:
        return f"{total}, {f'vẫn hạng {unit.rank}' if unit.rank else 'không được xếp hạng'}"
    if unit.rank is None:
        return f"{total}, không còn được xếp hạng (trước đó hạng {unit.previous_rank})"
    if unit.previous_rank is None:
        return f"{total}, được xếp hạng {unit.rank}"
    return (
        f"{total}, từ hạng {unit.previous_rank} {'lên' if unit.rank < unit.previous_rank else 'xuống'} hạng {unit.rank}"
    )


def _movement(place: Place) -> str:
    if place.rank is None:
        return "không còn được xếp hạng"
    if place.previous_rank is None:
        return f"được xếp hạng {place.rank}"
    return f"{'lên' if place.rank < place.previous_rank else 'xuống'} hạng {place.rank}"


def _passed(passed: Sequence[Passed], who: str) -> Iterator[str]:
    """Say how many went down, and how many up, by how many ranks."""
    for way in ("xuống", "lên"):
        those = [each for each in passed if (each.by > 0) is (way == "xuống")]
        if those:
            least, most = min(abs(each.by) for each in those), max(abs(each.by) for each in those)
            by = count(most) if least == most else f"từ {count(least)} đến {count(most)}"
            yield f"{count(sum(each.units for each in those))} {who} {way} {by} hạng"


def _standing(place: Place, ranked: int) -> str:
    if place.rank is None or place.points is None:
        return "Xem lý do trong bảng khối."
    before = f", trước đó hạng {place.previous_rank}" if place.previous_rank else ""
    return f"Hạng {place.rank} trong {ranked} đơn vị đã xếp hạng{before}. Tổng điểm tạm tính {points(place.points)}."
