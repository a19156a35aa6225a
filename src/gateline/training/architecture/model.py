"""The description of one model, from which parameters, operations and conventions follow."""

from __future__ import annotations

from dataclasses import dataclass

from gateline.training.architecture.counting import AttentionRule, Lengths, Operations, count
from gateline.training.architecture.parts import PER_TARGET, TARGET, Block, Role, Rows
from gateline.training.architecture.tuning import FULL, Tuning


@dataclass(frozen=True, slots=True)
class Parameters:
    """How many parameters a model has, by what they do.

    Attributes
    ----------
    total : int
        All of them; a tied matrix once; modules for multi-token prediction left out.
    active : int
        Those that one token goes through: all but the experts not chosen for it. Looked-up tables count in full.
    embedding : int
        Tables that are looked up: tokens, positions, token types.
    matmul, matmul_active : int
        Entries of matrices and kernels that are multiplied, the language head included even when it is tied; all, and
        those that one token goes through.
    prediction : int
        Modules for multi-token prediction, not in the other figures.
    """

    total: int
    active: int
    embedding: int
    matmul: int
    matmul_active: int
    prediction: int


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes by which the conventions of papers and frameworks count."""

    layers: int
    heads: int
    head_width: int
    hidden: int


@dataclass(frozen=True, slots=True)
class Model:
    """A model as a chain of blocks.

    Attributes
    ----------
    family : str
        `model_type` of a transformers configuration, or the class name of a diffusers one.
    axes : tuple of str
        The lengths on which its operations depend: ``source``, ``target``, both, or none.
    unit : str
        What "per unit" means: ``token`` (of every axis), or ``image`` or ``clip`` where the input has one size.
    main_input : Rows
        Numbers in the main input of one sequence, as the trainer of transformers counts "tokens".
    remarks : tuple of str
        What the description leaves out or takes in beyond the configuration.
    """

    family: str
    blocks: tuple[Block, ...]
    shape: Shape
    axes: tuple[str, ...] = (TARGET,)
    unit: str = "token"
    main_input: Rows = PER_TARGET
    remarks: tuple[str, ...] = ()

    @property
    def parameters(self) -> Parameters:
        """How many parameters the model has, by what they do."""
        blocks = [block for block in self.blocks if block.role is not Role.PREDICTION]
        products = [product for block in blocks for product in block.products]
        total = sum(block.parameters for block in blocks)
        return Parameters(
            total=total,
            active=total - sum(block.idle for block in blocks),
            embedding=sum(table.weights for block in blocks for table in block.tables),
            matmul=sum(product.weights * product.stored for product in products),
            matmul_active=sum(product.weights * min(product.used, product.stored) for product in products),
            prediction=sum(block.parameters for block in self.blocks if block.role is Role.PREDICTION),
        )

    def operations(
        self,
        lengths: Lengths = None,
        attention: AttentionRule = "causal",
        tuning: Tuning = FULL,
        prediction: bool = False,
    ) -> Operations:
        """Operations of a forward and a backward pass.

        Parameters
        ----------
        lengths : int, pair of int, mapping or None
            Length of a sequence [tokens]; ``(source, target)`` for a model with an encoder and a decoder; or a
            histogram: how many sequences there are of each length. None where the input has one size.
        attention : {"causal", "half", "full"}
            How many keys a query of causal attention counts: those that it sees, half the length, or all.
        tuning : Tuning
            Which parameters are trained.
        prediction : bool
            Whether modules for multi-token prediction are counted, each with its pass through the language head.

        Returns
        -------
        Operations
            Exact, per unit and in total [FLOP], two for each multiply-accumulate.

        Raises
        ------
        InputError
            If the lengths do not fit the model.
        """
        blocks = tuple(block for block in self.blocks if prediction or block.role is not Role.PREDICTION)
        return count(blocks, self.axes, self.unit, lengths, attention, tuning)
