"""Can every mutant be put in where it says, and do the tests that must notice it exist?"""

import pytest
from survival.mutants import MUTANTS, ROOT, Mutant


def test_there_are_enough_and_no_name_stands_twice() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 15


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_changes_one_place_and_has_killers(mutant: Mutant) -> None:
    assert (ROOT / mutant.file).read_text().count(mutant.old) == 1
    assert mutant.new != mutant.old
    assert mutant.bug.endswith(".")
    assert mutant.killers
    for killer in mutant.killers:
        file, _, test = killer.partition("::")
        assert f"def {test.partition('[')[0]}(" in (ROOT / file).read_text()
