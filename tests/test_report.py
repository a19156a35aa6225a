"""The card says what the JSON says: values, assumptions, ways out, the reading that decides."""

from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from gateline.jobs import check_release, quick_ledger, screen_chip
from gateline.report import text

DAY = date(2026, 11, 21)
EXAMPLES = Path(__file__).parents[1] / "examples"


def card(screening) -> str:
    """The card as plain text, its lines joined."""
    printed = StringIO()
    text.write([screening], Console(width=250, file=printed))
    return " ".join(printed.getvalue().replace("│", " ").split())


def test_an_assumed_fact_is_shown_with_the_value_that_was_taken():
    """Nobody said that the model is general-purpose; the card shows yes, and that it was assumed."""
    printed = card(check_release(quick_ledger(compute="2e25"), DAY))
    assert "general purpose model: yes yes" in printed
    assert "Assumed, because nobody said: general purpose model: yes" in printed


def test_exactly_at_the_line():
    """10^26 is met for 'at least' and not for 'more than', and the card says that it lies on the line."""
    printed = card(check_release(quick_ledger(compute="1e26"), DAY))
    assert "■ MET us.ear.4e091 4E091 codified, not enforced; exactly at it" in printed
    assert "closed weights: yes" in printed
    assert "□ not met us.ca.sb53" in printed


def test_tokens_and_hours_left():
    """6.2092e25 FLOP to 10^26 are 2.555e13 tokens at 2.43e12 operations each."""
    printed = card(check_release(quick_ledger(params="405e9", tokens="15.6e12"), DAY))
    assert "2.555e13 tokens left" in printed


def test_note_2_is_named_as_what_decided():
    """RTX 4090D meets the conditions of .a.2 and is out because of Note 2."""
    assert "Decided by the exclusion note-2" in card(screen_chip("RTX 4090D", DAY))


def test_each_way_to_overcome_the_presumption_is_listed():
    """The example die is overcome by the 35 billion of 2027 and by nothing else."""
    printed = card(screen_chip(str(EXAMPLES / "foundry-die.yaml"), DAY, role="foundry"))
    assert "Overcome by b.fabricator-packages.35-billion-in-2027" in printed
    assert printed.count("nothing: it holds") == 1
    assert "transistors < 30 billion (3.276e10)" in printed


def test_a_reading_that_decides_is_told():
    """Inferentia2 is .a.1 if TF32 counts 32 bits; as 19 the area decides."""
    printed = card(screen_chip("aws-inferentia2", DAY))
    assert "A reading decides: how many bits a TF32 operand has?" in printed
    assert "Taken as 19; as 32 the answer is 3A090.a.1 (--reading tf32=32)" in printed


def test_a_planar_chip_has_an_undefined_density():
    """K80 is planar: its density is undefined, not infinite and not unknown."""
    assert "undefined (no non-planar logic die)" in card(screen_chip("nvidia-k80-gk210", DAY))


@pytest.mark.parametrize("name", ["[bold red]MET[/]", "[link=http://x]H20[/link]"])
def test_markup_in_a_name_is_shown_and_not_obeyed(tmp_path, name):
    """A file cannot style the card."""
    path = tmp_path / "x.yaml"
    path.write_text(f"name: '{name}'\nnotes: '[blink]n[/blink]'\n", encoding="utf-8")
    printed = card(screen_chip(str(path), DAY))
    assert name in printed
    assert "[blink]n[/blink]" in printed
