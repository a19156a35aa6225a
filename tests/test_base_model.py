"""Training on a base model and on made data, as each regime counts it. Every figure is added up by hand."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from support import SPECS

from gateline.amounts import Amount
from gateline.documents import Document
from gateline.jobs import check_release
from gateline.rules.model import Outcome
from gateline.training.counting import Counted, parts, total
from gateline.training.ledger import Ledger
from gateline.training.profiles import load_profiles

DAY = date(2026, 11, 22)
MODIFIER, CONTROLLED = "eu.ai-act.modifier", "us.ear.4e091"
MET, OPEN, NOT_MET = Outcome.MET, Outcome.UNDETERMINED, Outcome.NOT_MET


def phase(kind: str, compute: str, **more) -> dict:
    """A phase whose compute is declared; a range from a first estimate is written "low best high"."""
    low, best, high = ends if len(ends := compute.split()) == 3 else ("", compute, "")
    bounds = {"low": low, "high": high} if low else {}
    return {"kind": kind, "estimates": [{"method": "declared", "compute": best} | bounds], **more}


def check(*phases: dict, rule: str = "", readings: dict | None = None, changes: dict | None = None, **stated):
    ledger = Document("ledger", {"model": "x", "phases": list(phases), **stated}).validate(Ledger)
    return check_release(ledger, DAY, rules=(rule,) if rule else (), readings=readings, changes=changes)


def ends(screening, name: str) -> tuple[Fraction | None, Fraction | None]:
    value = screening.inputs[name].value
    return value.low, value.high


def both(text: str) -> tuple[Fraction, Fraction]:
    low, high = text.split() if " " in text else (text, text)
    return Fraction(low), Fraction(high)


def theirs(compute: str) -> dict:
    return phase("base_model", compute, actor="other")


UNPUBLISHED = {"published": "no"}


@pytest.mark.parametrize(
    ("systemic", "phases", "modification", "outcome"),
    [
        # a third of 1.5e25 is 5e24; with systemic risk all cumulative compute counts, rollouts and made data too
        ("yes", [phase("rl_updates", "4e24"), phase("rl_rollouts", "2e24")], "6e24", MET),
        ("yes", [phase("sft", "3e24"), phase("synthetic_generation", "3e24", **UNPUBLISHED)], "6e24", MET),
        ("yes", [phase("sft", "3e24"), phase("synthetic_generation", "3e24", published="yes")], "3e24", NOT_MET),
        ("yes", [phase("sft", "3e24"), phase("synthetic_generation", "3e24")], "3e24 6e24", OPEN),
        # without, only what updates parameters: made data never, rollouts perhaps
        ("no", [phase("sft", "3e24"), phase("synthetic_generation", "3e24", **UNPUBLISHED)], "3e24", NOT_MET),
        ("no", [phase("rl_updates", "4e24"), phase("rl_rollouts", "2e24")], "4e24 6e24", OPEN),
        # where nobody says which, the modification is as either counts it
        ("", [phase("sft", "3e24"), phase("synthetic_generation", "3e24", **UNPUBLISHED)], "3e24 6e24", OPEN),
        ("", [phase("sft", "5.1e24"), phase("experiment", "3e24")], "5.1e24", MET),
    ],
)
def test_a_modification_is_counted_like_its_original(systemic, phases, modification, outcome):
    """C(2025) 5045 final para 60 with Annex A.1: the same accumulator on both sides."""
    stated = {"original_has_systemic_risk": systemic} if systemic else {}
    found = check(theirs("1.5e25"), *phases, rule=MODIFIER, **stated)
    assert ends(found, "modification_training_compute") == both(modification)
    assert found.outcome is outcome


def test_what_is_said_on_the_command_line_decides_how_a_modification_is_counted():
    phases = theirs("1.5e25"), phase("sft", "3e24"), phase("synthetic_generation", "3e24", **UNPUBLISHED)
    for said, outcome in (("yes", MET), ("no", NOT_MET)):
        assert check(*phases, rule=MODIFIER, changes={"original_has_systemic_risk": said}).outcome is outcome


def test_rollouts_count_where_the_original_cannot_be_known():
    """Para 61: 3e24 of updates and 1e24 of rollouts are more than a third of 10^25."""
    phases = theirs("1.5e25"), phase("rl_updates", "3e24"), phase("rl_rollouts", "1e24")
    stated = {"original_has_systemic_risk": "yes", "original_compute_unknowable": "yes"}
    assert check(*phases, rule=MODIFIER, **stated).outcome is MET


@pytest.mark.parametrize(
    ("reading", "outcome"),
    [("either", OPEN), ("count", MET), ("leave-out", NOT_MET)],
)
@pytest.mark.parametrize("kind", ["rl_rollouts", "failed_segment", "experiment"])
def test_what_4e091_leaves_open_is_open_in_further_training_too(kind, reading, outcome):
    """9e25 published, 2.4e25 of updates (within 2.5e25) and 5e24 of which the text says nothing (2.9e25: past it)."""
    phases = phase("base_model", "9e25", published="yes"), phase("rl_updates", "2.4e25"), phase(kind, "5e24")
    found = check(*phases, rule=CONTROLLED, readings={"open-kinds": reading})
    assert found.outcome is outcome


@pytest.mark.parametrize(
    ("further", "share", "outcome"),
    [
        # limits: 25 % of the base 9e25 is 2.25e25, so 2.5e25; 25 % of the total 1.16e26 is 2.9e25, of 1.21e26 3.025e25
        ("2.6e25", "original", MET),
        ("2.6e25", "total", NOT_MET),
        ("3e25", "total", NOT_MET),  # exactly 25 % of 1.2e26
        ("3.1e25", "total", MET),
    ],
)
@pytest.mark.parametrize("kinds", ["either", "count", "leave-out"])
def test_the_quarter_of_the_total_is_of_what_4e091_counts(further, share, outcome, kinds):
    """The base counts under Note 2, whatever the AI Act leaves open of it."""
    phases = phase("base_model", "9e25", published="yes"), phase("continued_pretraining", further)
    found = check(*phases, rule=CONTROLLED, readings={"4e091-share": share, "open-kinds": kinds})
    assert found.outcome is outcome


def test_a_share_is_not_kept_where_its_parts_are_said_anew():
    phases = phase("base_model", "9e25", published="yes"), phase("continued_pretraining", "2.6e25")
    found = check(
        *phases,
        rule=CONTROLLED,
        readings={"4e091-share": "total", "open-kinds": "count"},
        changes={"additional_training_compute": "4e25 FLOP", "training_compute": "1.16e26 FLOP"},
    )
    assert found.outcome is MET  # 4e25 per 1.16e26 is 34 %


@pytest.mark.parametrize(("actor", "outcome"), [("other", MET), ("own", NOT_MET), ("", OPEN)])
def test_whose_the_base_model_is(actor, outcome):
    """Half as much again on a base: para 60 asks who does it, and a ledger that does not say is not taken for its maker's."""
    base = phase("base_model", "1e24", published="yes") | ({"actor": actor} if actor else {})
    found = check(base, phase("continued_pretraining", "5e23"), rule=MODIFIER)
    assert found.outcome is outcome
    assert found.verdicts[0].explanation.missing == (() if actor else ("distinct_modifier",))


def test_who_states_a_modification_modifies_a_model_of_somebody_else():
    base = phase("base_model", "1e24", published="yes")
    stated = {"modification_training_compute": "5e23 FLOP"}
    assert check(base, phase("sft", "1e22"), rule=MODIFIER, changes=stated).outcome is MET


def test_a_ledger_without_a_base_model_modifies_nothing():
    found = check(phase("pretraining", "5e24"), rule=MODIFIER)
    assert found.outcome is NOT_MET
    assert ("distinct_modifier", False) in found.verdicts[0].assumptions


def test_bases_of_several_makers():
    """One of somebody else's makes a modifier; one's own is a part of the original, or of the modification."""
    own = phase("base_model", "1e22", actor="own")
    assert check(theirs("3e24"), own, phase("sft", "2e24"), rule=MODIFIER).outcome is MET  # 2e24 of 3.01e24
    own = phase("base_model", "1e24", actor="own")
    found = check(theirs("1e24"), own, phase("sft", "4e23"), rule=MODIFIER)
    assert ends(found, "original_training_compute") == both("1e24 2e24")
    assert ends(found, "modification_training_compute") == both("4e23 1.4e24")
    assert found.outcome is OPEN


def data(share: str, generator: str = "", compute: str = "1e22", **more) -> dict:
    named = {"generator": generator} if generator else {}
    return phase("synthetic_generation", compute, training_share=share, **{**UNPUBLISHED, **named, **more})


def teacher(compute: str, generator: str = "", **more) -> dict:
    named = {"generator": generator} if generator else {}
    return phase("teacher_training", compute, **{**UNPUBLISHED, **named, **more})


@pytest.mark.parametrize(
    ("phases", "compute"),
    [
        # one generator trained in two phases: both
        ([data("12 %", "G", "1e23"), teacher("6e24", "G"), teacher("5e24", "G")], "9.11e25+1e25"),
        # of two, the larger alone; of two that are equal, one
        ([data("12 %", "A"), data("12 %", "B"), teacher("4e24", "A"), teacher("5e24", "B")], "9.002e25+5e24"),
        ([data("12 %", "A"), data("12 %", "B"), teacher("5e24", "A"), teacher("5e24", "B")], "9.002e25+5e24"),
        # the larger in sum
        (
            [data("12 %", "A"), data("12 %", "B"), teacher("3e24", "A"), teacher("3e24", "A"), teacher("5e24", "B")],
            "9.002e25+6e24",
        ),
        # the largest as far as anybody knows: from the surest to the largest
        (
            [data("12 %", "A"), data("12 %", "B"), teacher("1e24 4e24 9e24", "A"), teacher("5e24", "B")],
            "9.002e25+5e24 9.002e25+9e24",
        ),
        # one that is certainly smaller adds nothing, one that might not pass adds at most what it has more
        (
            [data("12 %", "A"), data("8 % to 12 %", "B"), teacher("6e24", "A"), teacher("5e24", "B")],
            "9.001e25+6e24 9.002e25+6e24",
        ),
        (
            [data("12 %", "A"), data("8 % to 12 %", "B"), teacher("4e24", "A"), teacher("5e24", "B")],
            "9.001e25+4e24 9.002e25+5e24",
        ),
        # data of nobody's name may be of the generator that is named, or of another
        ([data("6 %", "G"), data("6 %"), teacher("5e24", "G")], "9e25 9.002e25+5e24"),
        ([data("6 %", "G"), data("6 %", "G"), teacher("5e24", "G")], "9.002e25+5e24"),
        ([data("6 %", "G"), data("6 %", "H"), teacher("5e24", "G")], "9e25"),
        ([data("12 %", "G"), data("1 %"), teacher("5e24", "G")], "9.001e25+5e24 9.002e25+5e24"),
        ([data("6 %"), data("6 %"), teacher("5e24")], "9.002e25+5e24"),
        # whether the data are published, nobody said
        ([data("12 %", "G", published="unknown"), teacher("5e24", "G")], "9e25 9.001e25+5e24"),
        ([data("12 %", "G", published="yes"), teacher("5e24", "G")], "9e25"),
        ([data("12 %", "G"), teacher("5e24", "G", published="yes")], "9.001e25"),
    ],
)
def test_what_note_3_adds(phases, compute):
    """ECCN 4E091, Note 3, to 9e25 of one's own; more than 10 % of the operations, of one generator, unpublished."""
    own = [phase("pretraining", "9e25")]
    expected = [sum(map(Fraction, end.split("+"))) for end in compute.split()]
    assert ends(check(*own, *phases), "training_compute_4e091") == (expected[0], expected[-1])


def test_a_generator_that_nobody_knows_the_size_of():
    """A teacher of which only the least is known, as from records of a job that still runs, can be any larger."""
    written = [
        phase("pretraining", "9e25"),
        data("12 %", "A"),
        data("12 %", "B"),
        teacher("5e24", "A"),
        teacher("4e24", "B"),
    ]
    ledger = Document("ledger", {"model": "x", "phases": written}).validate(Ledger)
    computes = [Fraction(each["estimates"][0]["compute"]) for each in written]
    counted = [
        Counted(each, Amount.exactly(compute), compute, "", exact=True)
        for each, compute in zip(ledger.phases, computes, strict=True)
    ]
    counted[4] = replace(counted[4], amount=Amount(Fraction("4e24"), None), exact=False)
    (profile,) = (each for each in load_profiles(SPECS.folder) if each.id == CONTROLLED)
    found = total(parts(profile, counted, SPECS, DAY, SPECS.choose_readings({})))
    assert found.value == Amount(Fraction("9.002e25") + Fraction("5e24"), None)
