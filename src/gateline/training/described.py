"""An estimate from a model's configuration: operations per token as the architecture makes them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from gateline.amounts import Amount
from gateline.errors import InputError
from gateline.inputs import Datum, Inputs
from gateline.numerals import number
from gateline.training.architecture import FULL, Model, Operations, Tuning, spread
from gateline.training.ledger import Estimate

DIGITS = 5


@dataclass(frozen=True, slots=True)
class Described:
    """A model's description, and what one token of training costs at the lengths of the estimate.

    Nobody may have said whether modules that predict further tokens are trained (`prediction` is None): `operations`
    are without them, `most` with them.
    """

    model: Model
    operations: Operations
    most: Operations
    lengths: int | dict[int, int] | None
    attention: str
    tuning: Tuning = FULL
    prediction: bool | None = False

    @property
    def unit(self) -> str:
        """What the description counts by: a token, an image, a clip."""
        return self.model.unit

    @property
    def worth(self) -> Amount:
        """What one token of training costs [FLOP]."""
        return Amount(self.operations.training, self.most.training)

    def how(self, units: Fraction) -> str:
        """The account of an estimate."""
        length = "" if self.lengths is None else f", sequences of {_lengths(self.lengths)}"
        return (
            f"{number(self.operations.training, DIGITS)} FLOP per {self.unit} ({self.model.family}, {self.attention} "
            f"attention{length}{told(self.tuning, self.prediction)}) × {number(units)} {self.unit}s"
        )

    def facts(self) -> Inputs:
        """What the configuration says of the model."""
        parameters, how = self.model.parameters, "from the configuration"
        return {
            "parameters": Datum(Amount.exactly(parameters.total), how),
            "active_parameters": Datum(Amount.exactly(parameters.active), how),
            "forward_operations_per_token": Datum(Amount.exactly(self.operations.forward), how),
            "training_operations_per_token": Datum(self.worth, how),
        }

    def told(self, units: Fraction) -> str:
        """What other conventions would say, so that other tools' figures can be understood."""
        others = ", ".join(f"{name} {number(value * units)}" for name, value in self._others())
        same = "the same" if self.tuning == FULL else "the same with every parameter trained"
        return f"{same} by other conventions [FLOP]: {others}."

    def open(self) -> Iterator[str]:
        """What nobody said and matters, with what settles it."""
        if self.prediction is None:
            more = self.most.training / self.operations.training - 1
            yield (
                "the configuration has modules that predict further tokens; training them takes "
                f"{number(more * 100, 2)} % more, which counts if they were trained. Say so: --multi-token-prediction yes or "
                "no, multi_token_prediction in a ledger."
            )

    def _others(self) -> list[tuple[str, Fraction]]:
        return [(name, value) for name, value in spread(self.model, self.lengths).items()]


def describe(estimate: Estimate, model: Model) -> Described:
    """The description behind an estimate of a model that its configuration makes.

    Raises
    ------
    InputError
        If the lengths do not fit the model.
    """
    lengths = estimate.lengths
    check_lengths(model, lengths)
    prediction = estimate.multi_token_prediction if model.parameters.prediction else False
    least, most = (
        model.operations(lengths, estimate.attention, estimate.tuning, trained)
        for trained in (bool(prediction), prediction is not False)
    )
    return Described(model, least, most, lengths, estimate.attention, estimate.tuning, prediction)


def check_lengths(model: Model, lengths: int | dict[int, int] | None) -> None:
    """Refuse a model without the lengths on which its operations depend.

    Raises
    ------
    InputError
        If there are none and it needs one.
    """
    if lengths is None and model.axes:
        raise InputError(
            "sequence_length: is missing, and what attention costs depends on it. Write --seq-len 8192, or "
            "sequence_length or sequence_lengths in the ledger."
        )


def told(tuning: Tuning, prediction: bool | None) -> str:
    """What is trained, as an account goes on to say it; nothing where it is the model and no more."""
    also = {True: ", with multi-token prediction", None: ", without multi-token prediction, which is open"}
    return _frozen(tuning) + also.get(prediction, "")


def _frozen(tuning: Tuning) -> str:
    if tuning.rank:
        return f", LoRA of rank {tuning.rank} on {', '.join(tuning.targets)}"
    parts = [f"the first {tuning.frozen_layers} layers"] if tuning.frozen_layers else []
    parts += ["embeddings"] if tuning.frozen_embeddings else []
    parts += ["head"] if tuning.frozen_head else []
    return f", frozen: {', '.join(parts)}" if parts else ""


def _lengths(lengths: int | dict[int, int]) -> str:
    if isinstance(lengths, int):
        return f"{lengths:,}"
    return f"{min(lengths):,} to {max(lengths):,}"
