"""Training compute: from the architecture, or from the hardware."""

from __future__ import annotations

import numpy as np

from gateline.metrics.arrays import Array, quotient, require

FORWARD_OPERATIONS = 2
"""Operations per parameter and token of a forward pass: one multiply-accumulate."""
BACKWARD_OPERATIONS = 4
"""Operations per parameter and token of a backward pass: gradients of activations and of weights."""
SECONDS_PER_HOUR = 3600
OPERATIONS_PER_TERA = 10**12


def operations_per_token(parameters: Array) -> Array:
    """Training operations per token of a transformer, attention scores left out.

    Parameters
    ----------
    parameters : array, any shape
        All parameters of a dense model, or the active ones of a mixture of experts.

    Returns
    -------
    array of the same shape [FLOP]
        Two operations per parameter forward and four backward.

    Raises
    ------
    InputError
        If a known parameter count is not positive.

    References
    ----------
    .. [1] ECCN 4E091, Note 2, worked example (6 operations per parameter and data point).
    .. [2] Kaplan et al., arXiv:2001.08361, section 2.1.
    .. [3] C(2025) 5045 final, Annex A.2, paras 127-131.

    Examples
    --------
    >>> operations_per_token(np.array([405e9]))
    array([2.43e+12])
    """
    require("parameters", parameters, "parameters", positive=True)
    return (FORWARD_OPERATIONS + BACKWARD_OPERATIONS) * parameters


def compute_from_architecture(parameters: Array, tokens: Array) -> Array:
    """Training compute as 6 × parameters × tokens.

    Parameters
    ----------
    parameters : array, shape (n,)
        All parameters (dense), or the parameters active for one token (mixture of experts).
    tokens : array, shape (n,)
        Tokens seen in training; a repeated epoch counts again.

    Returns
    -------
    array, shape (n,) [FLOP]
        NaN where either input is NaN (unknown).

    Raises
    ------
    InputError
        If a known input is not positive.

    References
    ----------
    .. [1] C(2025) 5045 final, Annex A.2, paras 127-131.

    Examples
    --------
    >>> compute_from_architecture(np.array([174.6e9]), np.array([300e9]))
    array([3.1428e+23])
    """
    require("tokens", tokens, "tokens", positive=True)
    return operations_per_token(parameters) * tokens


def compute_from_hardware(chip_hours: Array, peak_rate: Array, utilization: Array) -> Array:
    """Training compute as chip-hours × dense peak rate × utilisation.

    Parameters
    ----------
    chip_hours : array, shape (n,)
        Accelerators times hours.
    peak_rate : array, shape (n,) [TFLOP/s]
        Dense peak at the precision to which the utilisation refers.
    utilization : array, shape (n,)
        Model-operation utilisation (MFU), between 0 and 1.

    Returns
    -------
    array, shape (n,) [FLOP]
        NaN where an input is NaN (unknown).

    Raises
    ------
    InputError
        If a known input is not positive.

    References
    ----------
    .. [1] C(2025) 5045 final, Annex A.2, paras 123-126, and Annex A.3, model H.

    Examples
    --------
    >>> compute_from_hardware(np.array([370_000.0]), np.array([989.0]), np.array([0.5]))
    array([6.58674e+23])
    """
    require("chip_hours", chip_hours, "hours", positive=True)
    require("peak_rate", peak_rate, "TFLOP/s", positive=True)
    require("utilization", utilization, "", positive=True)
    return chip_hours * SECONDS_PER_HOUR * peak_rate * OPERATIONS_PER_TERA * utilization


def additional_training_share(additional_training_compute: Array, training_compute: Array) -> Array:
    """Further training on a model with published weights, per training of the whole or of the original model.

    Parameters
    ----------
    additional_training_compute : array, shape (n,) [FLOP]
    training_compute : array, shape (n,) [FLOP]
        All training operations, or those of the original model: the text can be read both ways.

    Returns
    -------
    array, shape (n,)
        NaN where either input is NaN (unknown); no value where nothing of the whole counts.

    Raises
    ------
    InputError
        If a known input is negative.

    References
    ----------
    .. [1] 15 CFR part 774 Supp. No. 1, ECCN 4E091, exclusion 1.

    Examples
    --------
    >>> additional_training_share(np.array([2.6e25]), np.array([1.16e26])).round(3)
    array([0.224])
    """
    require("additional_training_compute", additional_training_compute, "FLOP", positive=False)
    require("training_compute", training_compute, "FLOP", positive=False)
    return np.asarray(quotient(additional_training_compute, training_compute))
