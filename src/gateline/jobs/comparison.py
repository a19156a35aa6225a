"""The configurations of a ledger, counted by PyTorch as well."""

from __future__ import annotations

from pathlib import Path

from gateline.documents import read_document
from gateline.errors import InputError
from gateline.training.architecture import read_model
from gateline.training.architecture.torch_check import Comparison, verify
from gateline.training.described import Described, describe
from gateline.training.ledger import Ledger


def compare_with_torch(ledger: str | Ledger) -> tuple[Comparison, ...]:
    """What PyTorch counts for each configuration of a ledger, beside the closed form.

    Parameters
    ----------
    ledger : str or Ledger
        A ledger file (YAML or JSON), or a ledger.

    Returns
    -------
    tuple of Comparison
        One for each configuration and length; of a histogram, for its shortest and its longest.

    Raises
    ------
    InputError
        If the ledger names no configuration, one cannot be read or does not run, or PyTorch is not installed.
    """
    if ledger == "-":
        raise InputError("the comparison with PyTorch reads the ledger first; give a file, not standard input.")
    read = ledger if isinstance(ledger, Ledger) else read_document(ledger).validate(Ledger)
    folder = Path() if isinstance(ledger, Ledger) else Path(ledger).parent
    estimates = [estimate for phase in read.phases for estimate in phase.estimates if estimate.config]
    if not estimates:
        raise InputError(
            "there is nothing to compare with PyTorch: no configuration is given. Write --config, or config in the ledger."
        )
    runs = {
        (folder / estimate.config, length): None
        for estimate in estimates
        for length in _extremes(describe(estimate, read_model(folder / estimate.config)))
    }
    return tuple(verify(path, length) for path, length in runs)


def _extremes(described: Described) -> tuple[int | None, ...]:
    """The shortest and the longest sequence; the same twice where all are of one length."""
    lengths = described.lengths
    return (min(lengths), max(lengths)) if isinstance(lengths, dict) else (lengths,)
