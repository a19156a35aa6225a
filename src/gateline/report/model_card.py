"""The front matter and the section of a Hugging Face model card."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from gateline.report import markdown
from gateline.report.escape import plain
from gateline.report.findings import Checked
from gateline.screening import Screening

COMPUTE = "training_compute"


def write(checked: Sequence[Checked]) -> str:
    """A YAML block with the one key ``gateline``, and the section of Markdown.

    Hugging Face's metadata has no field for training compute, and lets keys that it does not know stand.

    Parameters
    ----------
    checked : sequence of Checked
        Models; of several, the key holds a list.
    """
    import yaml

    cards = [_card(each.screening) for each in checked]
    block = yaml.safe_dump(
        {"gateline": cards[0] if len(cards) == 1 else cards}, sort_keys=False, allow_unicode=True, width=100
    )
    return f"---\n{block}---\n\n{markdown.write(checked)}"


def _card(screening: Screening) -> dict[str, Any]:
    column, datum = screening.quantities.get(COMPUTE), screening.inputs.get(COMPUTE)
    low, high = (None, None) if column is None else (_number(column.low[0]), _number(column.high[0]))
    best = datum.best if datum is not None else None
    return {
        "training_compute_flop": _number(best) if best is not None else low if low == high else None,
        "low": low,
        "high": high,
        "method": plain(datum.how) if datum is not None else "",
        "as_of": screening.request.as_of.isoformat(),
        "data_version": screening.specs.version,
        "outcome": screening.outcome.word,
        "thresholds": [
            {"rule": verdict.rule.id, "outcome": verdict.outcome.word}
            for verdict in screening.verdicts
            if verdict.gating
        ],
    }


def _number(end: object) -> float | None:
    return float(end) if isinstance(end, Fraction) else None
