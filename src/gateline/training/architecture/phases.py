"""Operations of whole phases of training over described models: exact totals with a named breakdown.

A model that only reads costs its forward pass; one that learns costs forward and backward; one that writes costs a
forward pass in which every token enters once (keys and values are kept) and the language head runs for each new token.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from gateline.errors import InputError
from gateline.training.architecture.counting import AttentionRule, Lengths
from gateline.training.architecture.model import Model
from gateline.training.architecture.parts import TARGET, Block, Role
from gateline.training.architecture.tuning import FULL, Tuning

Requests = Mapping[tuple[int, int], int]
"""How many sequences there are of each (prompt, completion) [tokens]."""


@dataclass(frozen=True, slots=True)
class PhaseOperations:
    """Operations of a phase by what they are for [FLOP]."""

    parts: dict[str, Fraction]

    @property
    def total(self) -> Fraction:
        """All of them [FLOP]."""
        return sum(self.parts.values(), Fraction(0))


def training(
    model: Model, lengths: Lengths, tuning: Tuning = FULL, attention: AttentionRule = "causal", prediction: bool = False
) -> PhaseOperations:
    """Pretraining or fine-tuning: every sequence forward and backward once."""
    cost = model.operations(lengths, attention, tuning, prediction).total
    return PhaseOperations({"updates": cost.forward + cost.backward})


def generation(model: Model, requests: Requests, attention: AttentionRule = "causal") -> PhaseOperations:
    """Text that a model writes: synthetic data, rollouts, answers of a judge.

    Parameters
    ----------
    model : Model
        A decoder.
    requests : mapping
        How many there are of each (prompt, completion) [tokens], both at least 1.

    Returns
    -------
    PhaseOperations
        One part, ``generation``. The last token written is not read again, and the head runs once for each token
        written. Speculation, rejected samples and recomputed prompts are not in it; list them as requests.
    """
    _decoder(model, "generation")
    _check(requests)
    read = Counter[int]()
    prompts = 0
    for (prompt, completion), times in requests.items():
        read[prompt + completion - 1] += times
        prompts += (prompt - 1) * times
    passed = model.operations(dict(read), attention).total.forward
    head = sum(
        product.forward(prompts) for block in model.blocks if block.role is Role.HEAD for product in block.products
    )
    return PhaseOperations({"generation": passed - head})


def distillation(
    student: Model,
    teacher: Model,
    lengths: Lengths,
    tuning: Tuning = FULL,
    attention: AttentionRule = "causal",
) -> PhaseOperations:
    """A student that learns from the teacher's output on the same sequences."""
    updates = training(student, lengths, tuning, attention).total
    return PhaseOperations({"updates": updates, "teacher forward": _forward(teacher, lengths, attention)})


def preference(
    policy: Model,
    pairs: Requests,
    reference: Model | None,
    tuning: Tuning = FULL,
    attention: AttentionRule = "causal",
) -> PhaseOperations:
    """Direct preference optimisation: forward and backward on the chosen and the rejected text.

    Parameters
    ----------
    pairs : mapping
        How many pairs there are of each (chosen, rejected) length, the prompt included [tokens].
    reference : Model or None
        The frozen model that reads both; None where the loss has none.

    References
    ----------
    .. [1] Rafailov et al., arXiv:2305.18290, equation 7.
    """
    _check(pairs)
    lengths = Counter[int]()
    for (chosen, rejected), times in pairs.items():
        lengths[chosen] += times
        lengths[rejected] += times
    parts = {"updates": training(policy, dict(lengths), tuning, attention).total}
    if reference is not None:
        parts["reference forward"] = _forward(reference, dict(lengths), attention)
    return PhaseOperations(parts)


def reinforcement(
    policy: Model,
    rollouts: Requests,
    reference: Model | None = None,
    reward: Model | None = None,
    value: Model | None = None,
    epochs: int = 1,
    reread: bool = False,
    tuning: Tuning = FULL,
    attention: AttentionRule = "causal",
) -> PhaseOperations:
    """Reinforcement learning on rollouts: PPO with a value model, GRPO without one.

    Parameters
    ----------
    rollouts : mapping
        How many rollouts there are of each (prompt, completion) [tokens]; a group of eight counts as eight.
    reference, reward, value : Model or None
        Models that read every rollout once; reward and value have one output in place of the language head.
    epochs : int
        How often each rollout is used for an update of the policy, and of the value model.
    reread : bool
        Whether the policy reads its rollouts once more for the probabilities before the update.

    References
    ----------
    .. [1] Ouyang et al., arXiv:2203.02155, section 3.5; Shao et al., arXiv:2402.03300, section 4.1.
    """
    if not isinstance(epochs, int) or epochs < 1:
        raise InputError("epochs: a whole number of at least 1 is expected.")
    parts = {"rollouts": generation(policy, rollouts, attention).total}
    read = Counter[int]()
    for (prompt, completion), times in rollouts.items():
        read[prompt + completion] += times
    lengths = dict(read)
    if reread:
        parts["policy forward"] = _forward(policy, lengths, attention)
    if reference is not None:
        parts["reference forward"] = _forward(reference, lengths, attention)
    if reward is not None:
        parts["reward forward"] = _forward(scoring(reward), lengths, attention)
    if value is not None:
        critic = scoring(value)
        parts["value forward"] = _forward(critic, lengths, attention)
        parts["value updates"] = epochs * training(critic, lengths, FULL, attention).total
    parts["updates"] = epochs * training(policy, lengths, tuning, attention).total
    return PhaseOperations(parts)


def scoring(model: Model) -> Model:
    """The decoder with one output for each position in place of its language head."""
    _decoder(model, "scoring")
    return replace(model, blocks=tuple(_scored(block) for block in model.blocks if block.role is not Role.PREDICTION))


def _scored(block: Block) -> Block:
    if block.role is not Role.HEAD:
        return block
    (head,) = block.products
    return replace(block, products=(replace(head, name="score", outputs=1, bias=False, tied=False),))


def _forward(model: Model, lengths: Lengths, attention: AttentionRule) -> Fraction:
    return model.operations(lengths, attention).total.forward


def _decoder(model: Model, what: str) -> None:
    if model.axes != (TARGET,) or model.unit != "token":
        raise InputError(f"{what}: needs a decoder; {model.family} is none.")


def _check(requests: Requests) -> None:
    for pair, times in requests.items():
        numbers = (*pair, times) if isinstance(pair, tuple) and len(pair) == 2 else ()
        if not numbers or not all(isinstance(number, int) and number > 0 for number in numbers):
            raise InputError("lengths: two whole numbers and how often are expected for each kind, all at least 1.")
    if not requests:
        raise InputError("lengths: at least one pair is expected.")
