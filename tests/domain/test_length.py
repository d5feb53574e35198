"""How people write lengths of time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.length import Length
from domain.rules import Unit


@pytest.mark.parametrize(
    ("text", "unit", "count"),
    [
        ("3 s", Unit.SECONDS, 3),
        ("30 min", Unit.SECONDS, 1_800),
        ("72 h", Unit.SECONDS, 259_200),
        ("4 d", Unit.SECONDS, 345_600),
        ("1 working day", Unit.WORKING_DAYS, 1),
        ("60 working days", Unit.WORKING_DAYS, 60),
        ("8 working h", Unit.WORKING_SECONDS, 28_800),
        ("1 month", Unit.CALENDAR_MONTHS, 1),
        ("2 years", Unit.CALENDAR_YEARS, 2),
    ],
)
def test_a_length_is_read_as_the_handbook_writes_it(text: str, unit: Unit, count: int) -> None:
    """A shop writes 72 h or 7 working days, and the clock counts exactly that."""
    assert Length.parse(text) == Length(count=count, unit=unit)


@pytest.mark.parametrize("text", ["", "72", "72 hrs", "-1 h", "1.5 d", "h", "seven days", "1 week"])
def test_another_spelling_is_refused_with_the_allowed_ones(text: str) -> None:
    """A length that nobody can read is refused, and the refusal lists what can be written."""
    with pytest.raises(ValueError, match="working days"):
        Length.parse(text)


@pytest.mark.parametrize("text", ["21 years", "999999 d", "9999 working days", "999999 working h"])
def test_a_length_beyond_all_sense_is_refused(text: str) -> None:
    """A slip of the finger does not make a deadline in the next century."""
    with pytest.raises(ValueError, match="twenty years"):
        Length.parse(text)


@given(count=st.integers(0, 240), unit=st.sampled_from([*Unit]))
def test_every_length_is_written_so_that_it_reads_back(count: int, unit: Unit) -> None:
    """What `rulebook show` prints can be copied into a shop's file without changing its meaning."""
    length = Length(count=count if unit is not Unit.CALENDAR_YEARS else count % 21, unit=unit)
    assert Length.parse(str(length)) == length
