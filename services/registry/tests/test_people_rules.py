"""Does a unit's year follow from its people as one who counts them one by one would count, and is every fault named at once?"""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.people import DisciplineLevel, UsePurpose
from contracts.registry import TaskRating
from registry import rules
from registry.rules import About, Counted, EntryKind, Use, person_sort

HERE, ELSEWHERE = UUID(int=1), UUID(int=2)
PEOPLE = [UUID(int=number) for number in range(10, 14)]
BEGAN = date(2022, 1, 1)
days = st.integers(0, 900).map(lambda number: BEGAN + timedelta(days=number))
spans = st.tuples(days, st.none() | st.integers(0, 500)).map(
    lambda span: (span[0], None if span[1] is None else span[0] + timedelta(days=span[1]))
)


@st.composite
def services(draw: st.DrawFn) -> list[Counted]:
    """Main posts of a few people in two units, of which no person has two on one day."""
    posts: list[Counted] = []
    for person in PEOPLE:
        for first, last in draw(st.lists(spans, max_size=4)):
            own = [post for post in posts if post.person_id == person]
            if not any(first <= (post.until_on or date.max) and post.from_on <= (last or date.max) for post in own):
                unit = draw(st.sampled_from([HERE, ELSEWHERE]))
                posts.append(Counted("service", person, unit, None, first, last, None))
    return posts


@st.composite
def ratings(draw: st.DrawFn) -> list[Counted]:
    keys = st.tuples(st.sampled_from([*PEOPLE, None]), st.sampled_from([2022, 2023]))
    rated = draw(st.dictionaries(keys, st.sampled_from(TaskRating), max_size=8))
    return [
        Counted("rating", person, HERE, year, date(year, 1, 1), date(year, 12, 31), grade)
        for (person, year), grade in rated.items()
    ]


disciplines = st.lists(
    st.tuples(st.sampled_from(PEOPLE), days, st.sampled_from(DisciplineLevel)).map(
        lambda said: Counted("discipline", said[0], HERE, None, said[1], None, said[2])
    ),
    max_size=5,
)


def serves(posts: list[Counted], person: UUID, day: date) -> UUID | None:
    """Walk through the posts as a clerk would: where was this person on that day?"""
    for post in posts:
        last = post.until_on or date.max
        if post.person_id == person and post.from_on <= day <= last:
            return post.unit_id
    return None


@given(services(), ratings(), disciplines, st.sampled_from([2022, 2023]), st.randoms())
@settings(max_examples=400)
def test_the_derived_figures_are_what_counting_one_by_one_gives(
    posts: list[Counted], rated: list[Counted], disciplined: list[Counted], year: int, order: object
) -> None:
    known = [*posts, *rated, *disciplined]
    order.shuffle(known)  # type: ignore[attr-defined]
    told = rules.derive_year(HERE, year, known, rules.AS_SHIPPED).figures()
    end = date(year, 12, 31)
    headcount = completed = against = 0
    for person in PEOPLE:
        if serves(posts, person, end) == HERE:
            headcount += 1
            grades = [each.grade for each in rated if (each.person_id, each.year) == (person, year)]
            completed += any(grade in ("excellent", "good", "completed") for grade in grades)
        day, counts = date(year, 1, 1), False
        while day <= end:
            there = serves(posts, person, day) == HERE
            counts |= there and any(
                (each.person_id, each.from_on) == (person, day) and each.grade in ("warning", "heavier")
                for each in disciplined
            )
            day += timedelta(days=1)
        against += counts
    own = [each.grade for each in rated if each.person_id is None and each.year == year]
    assert told == {
        "headcount": headcount,
        "completed_tasks": completed,
        "disciplined": against,
        "task_rating": own[0] if own else None,
    }
    assert told["completed_tasks"] <= told["headcount"]


@given(services(), st.lists(days, max_size=10))
def test_of_any_day_the_post_is_the_one_that_was_held_then(posts: list[Counted], asked: list[date]) -> None:
    for day in asked:
        for person in PEOPLE:
            held = [
                post for post in posts if post.person_id == person and rules.covers(post.from_on, post.until_on, day)
            ]
            assert [post.unit_id for post in held] == ([unit] if (unit := serves(posts, person, day)) else [])


uses = st.builds(
    Use,
    st.sampled_from(list(map(str, UsePurpose))),
    st.sampled_from(["CSTDCS", "CSTDT", "BK_TINH"]),
    st.sampled_from([2022, 2023]),
    st.sampled_from(PEOPLE),
)


@given(st.lists(uses, max_size=12))
def test_an_initiative_serves_titles_or_one_commendation_and_never_both(wanted: list[Use]) -> None:
    """C17 of the notes (CV 5007/BNV-TĐKT III.5.c)."""
    kept: list[Use] = []
    for use in wanted:
        if rules.use_refused(kept, use, rules.AS_SHIPPED) is None:
            kept.append(use)
    commended = [use for use in kept if use.purpose == UsePurpose.COMMENDATION]
    assert len(commended) <= 1
    assert not commended or len(kept) == 1
    assert len(set(kept)) == len(kept)
    assert not wanted or kept, "the first use is never refused"


TODAY = About(today=date(2023, 11, 15), began=date(2013, 12, 27))
DOCUMENT = {"document_number": "12/QĐ-UBND", "document_on": "10/11/2023", "document_by": "UBND thành phố"}
EVERY = {
    EntryKind.SERVICE: {"words": "Chuyên viên", "main": "yes", "from_on": "01/03/2021", "until_on": "2022-02-28"},
    EntryKind.RATING: {"year": "2022", "grade": "good", **DOCUMENT},
    EntryKind.DISCIPLINE: {
        "grade": "warning",
        "words": "Cảnh cáo",
        "from_on": "10/04/2023",
        "until_on": "9/4/2024",
        **DOCUMENT,
    },
    EntryKind.INITIATIVE: {
        "words": "Số hóa sổ",
        "grade": "grassroots",
        "from_on": "1/11/2023",
        "scope": "Cả phường",
        **DOCUMENT,
    },
    EntryKind.USE: {"grade": "title", "words": "CSTDCS", "year": "2023", **DOCUMENT},
    EntryKind.HOLD: {
        "grade": "press",
        "words": "Phản ánh",
        "from_on": "01/10/2023",
        "until_on": "01/11/2023",
        "lifted_by": "Thanh tra",
    },
    EntryKind.CLEARANCE: {
        "words": "Công an thành phố",
        "from_on": "01/11/2023",
        "until_on": "10/11/2023",
        "grade": "nothing_found",
        "answer": "Không có gì",
    },
    EntryKind.AWARD: {"grade": "provincial_flag", "year": "2022", **DOCUMENT},
}


@pytest.mark.parametrize("kind", EntryKind)
def test_what_was_read_can_be_typed_again(kind: EntryKind) -> None:
    entry, faults = rules.read_entry(kind, EVERY[kind], TODAY)
    assert (faults, entry is not None) == ((), True)
    assert entry is not None
    again, _ = rules.read_entry(kind, rules.typed_again(entry), TODAY)
    assert again == entry


@pytest.mark.parametrize("kind", EntryKind)
def test_an_empty_form_names_every_field_with_what_mends_it(kind: EntryKind) -> None:
    entry, faults = rules.read_entry(kind, {"khác": "x"}, TODAY)
    required = {name for name, field in rules.FORMS[kind].items() if field.required}
    assert entry is None
    assert {fault.criterion for fault in faults} == required | {"khác"}
    assert all(fault.remedy for fault in faults)


TYPED = st.text("0129/-. aăđộ²\x00", max_size=12) | st.sampled_from(
    ["30/02/2023", "2023-11-30", "yes", "good", "2023", "31/12/2099", "1e9"]
)


@given(st.sampled_from(EntryKind), st.data())
def test_whatever_is_typed_is_read_or_refused_with_words(kind: EntryKind, data: st.DataObject) -> None:
    typed = data.draw(st.dictionaries(st.sampled_from(sorted(rules.FORMS[kind])), TYPED))
    entry, faults = rules.read_entry(kind, typed, TODAY)
    assert (entry is None) == bool(faults)
    assert all(fault.message and fault.remedy for fault in faults)


def changed(kind: EntryKind, **typed: str) -> dict[str, str]:
    return EVERY[kind] | typed


WRONG: list[tuple[EntryKind, dict[str, str], Callable[[], About], list[tuple[str, str]]]] = [
    (
        EntryKind.SERVICE,
        changed(EntryKind.SERVICE, from_on="01/01/2010", until_on="", main="maybe"),
        lambda: TODAY,
        [("from_on", "đơn vị lập ngày 27/12/2013"), ("main", "không thuộc danh sách")],
    ),
    (
        EntryKind.SERVICE,
        changed(EntryKind.SERVICE, from_on="01/03/2021", until_on="01/02/2021"),
        lambda: About(today=TODAY.today, began=TODAY.began, posts=((date(2020, 1, 1), None),)),
        [("until_on", "trước từ ngày, 01/03/2021"), ("from_on", "trùng với vị trí chính từ 01/01/2020 đến nay")],
    ),
    (
        EntryKind.RATING,
        changed(EntryKind.RATING, document_on="30/11/2023"),
        lambda: About(today=TODAY.today, began=TODAY.began, rated=frozenset({2022})),
        [("document_on", "chưa tới"), ("year", "năm 2022 đã có một kết quả xếp loại")],
    ),
    (EntryKind.HOLD, changed(EntryKind.HOLD, lifted_by=""), lambda: TODAY, [("lifted_by", "còn thiếu")]),
    (EntryKind.CLEARANCE, changed(EntryKind.CLEARANCE, until_on=""), lambda: TODAY, [("until_on", "còn thiếu")]),
    (
        EntryKind.AWARD,
        changed(EntryKind.AWARD, grade="co", year="2031", document_number="Quyết định khen một người"),
        lambda: TODAY,
        [("grade", "không thuộc danh sách"), ("year", "chưa tới"), ("document_number", "không phải số văn bản")],
    ),
    (
        EntryKind.AWARD,
        changed(EntryKind.AWARD),
        lambda: About(
            today=TODAY.today, began=TODAY.began, awarded=frozenset({("provincial_flag", 2022, "12/QĐ-UBND")})
        ),
        [("document_number", "quyết định này đã ghi cho hình thức và năm đó")],
    ),
    (
        EntryKind.USE,
        changed(EntryKind.USE, year="2024"),
        lambda: About(today=TODAY.today, began=TODAY.began, uses=(Use("commendation", "BK_TINH", 2022),)),
        [("year", "chưa tới"), ("grade", "đã dùng để xét một hình thức khen thưởng năm 2022")],
    ),
]


@pytest.mark.parametrize(("kind", "typed", "about", "said"), WRONG)
def test_all_faults_are_named_at_once(
    kind: EntryKind, typed: dict[str, str], about: Callable[[], About], said: list[tuple[str, str]]
) -> None:
    _, faults = rules.read_entry(kind, typed, about())
    assert sorted(fault.criterion for fault in faults) == sorted(field for field, _ in said)
    for field, words in said:
        assert any(fault.criterion == field and words in fault.message for fault in faults), (field, faults)


def test_people_are_listed_by_given_name_and_numbered_posts_by_number() -> None:
    names = ["Trần Văn An", "Nguyễn Thị Ánh", "Lê Bá Anh", "Đỗ An", "Phạm Thị Ân"]
    assert sorted(names, key=person_sort) == ["Đỗ An", "Trần Văn An", "Lê Bá Anh", "Nguyễn Thị Ánh", "Phạm Thị Ân"]
    posts = [f"Cán bộ {number}, Phòng Nội vụ" for number in ("10", "2", "01")]
    assert sorted(posts, key=person_sort) == [
        "Cán bộ 01, Phòng Nội vụ",
        "Cán bộ 2, Phòng Nội vụ",
        "Cán bộ 10, Phòng Nội vụ",
    ]
