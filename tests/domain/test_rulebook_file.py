"""A shop's own rulebook file: what it may change, and how it is told what is wrong."""

import pytest

from domain.rulebook_file import RulebookError, default, default_text, kept, load
from domain.vocabulary import Party


def _refusal(text: str) -> RulebookError:
    with pytest.raises(RulebookError) as caught:
        load(text, "shop.toml")
    return caught.value


@pytest.mark.parametrize(
    ("text", "place", "hint"),
    [
        ('[clocks.D-REFPAYY]\nlength = "1 h"', "clocks.D-REFPAYY", "did you mean D-REFPAY?"),
        ('[clocks.D-REFPAY]\nlenght = "1 h"', "clocks.D-REFPAY.lenght", "did you mean length?"),
        ('[clocks.D-REFPAY]\nrule = "R-DAILY"', "clocks.D-REFPAY.rule", "Allowed: length"),
        ('[clocks.D-REFPAY]\nlength = "1 hrs"', "clocks.D-REFPAY.length", "for example 72 h"),
        ('[clocks.D-REFPAY]\nlength = "3 working days"', "clocks.D-REFPAY", "needs calendar = working"),
        ("[clocks.D-REFPAY]\nwarn_percent = [0]", "clocks.D-REFPAY.warn_percent.0", "greater than or equal to 1"),
        ("[clock.D-REFPAY]", "clock", "did you mean clocks?"),
        ("[authority.agent]\nrefund = 50", "authority.agent.refund", '"15.00"'),
        ('[authority.agent]\nrefund = "50.005"', "authority.agent.refund", '"15.00"'),
        ('[authority.clerk]\nrefund = "50.00"', "authority.clerk", "agent, supervisor, manager"),
        ('[switches.X2]\nvalue = "shorter"', "switches.X2", "longer, working_days, natural_days"),
        ("[numbers.evidence_photos]\nvalue = 99", "numbers.evidence_photos", "0 to 20 photos"),
        ("[numbers.evidence_photos]\nvalue = 2.5", "numbers.evidence_photos.value", "valid integer"),
        ("numbers = 3", "numbers", "must be a table"),
        ("[numbers]\nevidence_photos = 3", "numbers.evidence_photos", "[numbers.evidence_photos]"),
        ('[freight.M-QUAL]\ninbound = "nobody"', "freight.M-QUAL.inbound", "'merchant', 'customer' or 'courier'"),
        ('[compensation.sizes.flaw]\nleast = "20.00"', "compensation.sizes.flaw", "least is above most"),
        ('[agenda.refund_sweeps]\nvalue = ["24:30"]', "agenda.refund_sweeps.value.0", "pattern"),
        ('name = "my shop"', "name", "pattern"),
        ('acknowledge = ["P-NONSENSE"]', "acknowledge", "P-CALLCAP"),
        ("length = ", "TOML", "not valid TOML"),
    ],
)
def test_a_mistake_is_named_with_its_place_and_what_is_allowed(text: str, place: str, hint: str) -> None:
    """Whoever edits the file is told where the mistake is and what to write instead, in both languages."""
    problem = _refusal(text).problems[0]
    assert (problem.file, problem.place) == ("shop.toml", place)
    assert hint in problem.en
    assert problem.zh
    assert problem.zh != problem.en


def test_all_mistakes_are_told_at_once() -> None:
    """A file with three mistakes is sent back once, not three times."""
    refused = _refusal('[clocks.D-X]\nlength = "1 h"\n[switches.X99]\nvalue = "a"\n[nonsense]')
    assert {problem.place for problem in refused.problems} == {"clocks.D-X", "switches.X99", "nonsense"}


@pytest.mark.parametrize(
    ("text", "guard"),
    [
        ("[numbers.calls_per_day]\nvalue = 4", "P-CALLCAP"),
        ("[numbers.calls_per_week]\nvalue = 7", "P-CALLCAP"),
        ("[numbers.call_from_hour]\nvalue = 9", "P-HOURS"),
        ("[numbers.call_until_hour]\nvalue = 20", "P-HOURS"),
        ("[numbers.closing_notices]\nvalue = 1", "P-CLOSE"),
        ('[clocks.D-PROMISE]\nlength = "48 h"', "P-PROMISE"),
        ('[clocks.S-CONFIRM]\nlength = "24 h"', "P-CLOSE"),
        ('[switches.X16]\nvalue = "ask_to_change"', "P-NOREASONGAME"),
    ],
)
def test_a_guard_cannot_be_loosened_in_silence(text: str, guard: str) -> None:
    """A rule that protects a person gives way only when the file says so, and then stays visible."""
    assert guard in _refusal(text).problems[0].en
    other = "P-HOURS" if guard != "P-HOURS" else "P-CALLCAP"
    assert _refusal(f'acknowledge = ["{other}"]\n{text}').problems[0].en
    book = load(f'acknowledge = ["{guard}"]\n{text}')
    assert [item.guard for item in book.loosened] == [guard]


@pytest.mark.parametrize(
    "text",
    [
        "[numbers.calls_per_day]\nvalue = 2",
        "[numbers.call_from_hour]\nvalue = 11",
        "[numbers.call_until_hour]\nvalue = 17",
        '[clocks.D-PROMISE]\nlength = "12 h"',
        '[clocks.S-CONFIRM]\nlength = "5 d"',
    ],
)
def test_a_guard_may_be_made_stricter(text: str) -> None:
    """A shop may protect its customers better than the default does."""
    assert load(text).loosened == ()


def test_calls_must_begin_before_they_end() -> None:
    """Contact hours without an hour in them are refused."""
    assert "P-HOURS" in _refusal("[numbers.call_from_hour]\nvalue = 18").problems[0].en


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ('[authority.manager]\nrefund = "1000.00"', "without limit"),
        ('[authority.agent]\nrefund = "300.00"', "must not fall"),
        ('[authority.agent]\nrefund = "no limit"', "must not fall"),
    ],
)
def test_the_ladder_of_authority_rises_and_has_no_lid(text: str, hint: str) -> None:
    """For every sum there is somebody who may approve it, and no superior who may less than his staff."""
    assert hint in _refusal(text).problems[0].en


def test_a_shops_own_limits_replace_the_default_ones() -> None:
    """A shop lets its supervisors decide without limit and its agents up to 30 yuan."""
    text = '[authority.agent]\nrefund = "30.00"\n[authority.supervisor]\nrefund = "no limit"'
    rungs = {rung.role: rung for rung in load(text).rules().authority}
    assert rungs[Party.AGENT].refund.minor == 3000  # type: ignore[union-attr]
    assert rungs[Party.SUPERVISOR].refund is None
    assert rungs[Party.AGENT].compensation == default().rules().authority[0].compensation


def test_a_kept_text_is_read_whether_it_is_whole_or_a_shops_changes() -> None:
    """The archive holds default rulebooks whole and shops' files as they were; both give the version that was kept."""
    changes = 'name = "shop"\n[clocks.D-REFPAY]\nlength = "48 h"\n'
    assert kept(default_text(), "default").digest == default().digest
    assert (kept(changes, "shop").name, kept(changes, "shop").digest) == ("shop", load(changes).digest)
    with pytest.raises(RulebookError, match="not a length"):
        kept(changes.replace("48 h", "48 hens"), "shop")
    with pytest.raises(RulebookError) as caught:
        kept(default_text().replace("[clocks.S-SHIP]", "[clocks.D-NOPE]"), "default")
    assert "S-SHIP" in str(caught.value)
