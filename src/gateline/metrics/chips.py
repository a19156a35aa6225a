"""Chip quantities: processing performance, die area, density, transistor count."""

from __future__ import annotations

import numpy as np

from gateline.metrics.arrays import Array, largest, quotient, require


def processing_performance(dense_rate: Array, bit_length: Array) -> Array:
    """Bit length of the operation times its dense peak rate.

    Parameters
    ----------
    dense_rate : array, any shape [TFLOP/s]
        Theoretical peak without sparsity; a multiply-accumulate is two operations, so that
        2 × MacTOPS is the rate that datasheets print.
    bit_length : array, broadcast against `dense_rate` [bit]
        Largest bit length of the inputs to the multiplication; accumulators do not count.

    Returns
    -------
    array of the broadcast shape [TPP]
        NaN where either input is NaN (unknown).

    Raises
    ------
    InputError
        If a known rate is negative or a known bit length is not positive.

    References
    ----------
    .. [1] 15 CFR part 774 Supp. No. 1, ECCN 3A090, Technical Note 2 on 'total processing performance'.

    Examples
    --------
    The two examples in the note, 600 TOPS at 8 bits and 300 TFLOPS at 16 bits:

    >>> processing_performance(np.array([600.0, 300.0]), np.array([8.0, 16.0]))
    array([4800., 4800.])
    """
    require("dense_rate", dense_rate, "TFLOP/s", positive=False)
    require("bit_length", bit_length, "bit", positive=True)
    return np.asarray(dense_rate * bit_length)


def total_processing_performance(performance: Array) -> Array:
    """Highest processing performance over the formats, summed over the processing units.

    Parameters
    ----------
    performance : array, shape (units, formats, n) [TPP]
        `processing_performance` of each format on each processing unit that can run at the same time as
        the others. Zero where a unit does not offer a format, NaN where its rate is unknown.

    Returns
    -------
    array, shape (n,) [TPP]
        NaN where a format of the chip is unknown.

    Raises
    ------
    InputError
        If a known performance is negative.

    References
    ----------
    .. [1] 15 CFR part 774 Supp. No. 1, ECCN 3A090, Technical Note 2: aggregated over all processing units;
       the highest where bit lengths give different values; dense where both are stated.

    Examples
    --------
    One unit with FP16 at 4,992 and FP32 at 624, one chip:

    >>> total_processing_performance(np.array([[[4992.0], [624.0]]]))
    array([4992.])
    """
    require("performance", performance, "TPP", positive=False)
    return np.asarray(largest(performance, axis=1).sum(axis=0))


def applicable_die_area(area: Array, count: Array, non_planar: Array) -> Array:
    """Area of all logic dies made on a process with non-planar transistors.

    Parameters
    ----------
    area : array, shape (dies, n) [mm²]
        Area of one die of each sort, caches and input/output included. Memory dies are left out.
    count : array, shape (dies, n)
        How many of them the package holds.
    non_planar : array of bool, shape (dies, n)

    Returns
    -------
    array, shape (n,) [mm²]
        Zero where no die is non-planar; NaN where the area or count of a non-planar die is unknown.

    Raises
    ------
    InputError
        If a known area or count is not positive.

    References
    ----------
    .. [1] 15 CFR part 774 Supp. No. 1, ECCN 3A090, Technical Note 3 on 'applicable die area'.

    Examples
    --------
    Two 100 mm² FinFET dies on one planar die of 300 mm²:

    >>> applicable_die_area(np.array([[100.0], [300.0]]), np.array([[2.0], [1.0]]), np.array([[True], [False]]))
    array([200.])
    """
    require("area", area, "mm^2", positive=True)
    require("count", count, "dies", positive=True)
    return np.asarray(np.where(non_planar, area * count, 0).sum(axis=0))


def performance_density(total_processing_performance: Array, die_area: Array) -> Array:
    """Total processing performance per square millimetre of applicable die area.

    Parameters
    ----------
    total_processing_performance : array, shape (n,) [TPP]
    die_area : array, shape (n,) [mm²]
        Applicable die area: logic dies made with non-planar transistors only.

    Returns
    -------
    array, shape (n,) [TPP/mm²]
        NaN where either input is NaN (unknown); `UNDEFINED` where the applicable die area is zero, because
        a chip with planar dies only has no performance density.

    Raises
    ------
    InputError
        If a known input is negative; the message names the first such row.

    References
    ----------
    .. [1] 15 CFR part 774 Supp. No. 1, ECCN 3A090, Technical Note 3 on 'performance density'.

    Examples
    --------
    >>> performance_density(np.array([15832.0, 15832.0]), np.array([814.0, np.nan])).round(2)
    array([19.45,   nan])
    """
    require("total_processing_performance", total_processing_performance, "TPP", positive=False)
    require("die_area", die_area, "mm^2", positive=False)
    return quotient(total_processing_performance, die_area)


def approximated_transistor_count(density: Array, area: Array, count: Array, applicable: Array) -> Array:
    """Transistors that the process could place on the applicable dies of a package, added up.

    Parameters
    ----------
    density : array, shape (dies, n) [1/mm²]
        Transistors that the node can fabricate per unit area.
    area : array, shape (dies, n) [mm²]
    count : array, shape (dies, n)
    applicable : array of bool, shape (dies, n)
        Whether the die is a logic die at the 16/14 nm node or below, or non-planar.

    Returns
    -------
    array, shape (n,)
        NaN where something about an applicable die is unknown.

    Raises
    ------
    InputError
        If a known density, area or count is not positive.

    References
    ----------
    .. [1] 15 CFR 772.1, 'approximated transistor count' and 'aggregated approximated transistor count';
       15 CFR part 774 Supp. No. 1, Note 1 to 3A090.a.

    Examples
    --------
    665.6 mm² at 91 million per mm²:

    >>> approximated_transistor_count(np.array([[91e6]]), np.array([[665.6]]), np.array([[1.0]]), np.array([[True]]))
    array([6.05696e+10])
    """
    require("density", density, "1/mm^2", positive=True)
    require("area", area, "mm^2", positive=True)
    require("count", count, "dies", positive=True)
    return np.asarray(np.where(applicable, density * area * count, 0).sum(axis=0))


def memory_bandwidth_density(memory_bandwidth: Array, package_area: Array) -> Array:
    """Memory bandwidth per square millimetre of the package or stack.

    Parameters
    ----------
    memory_bandwidth : array, shape (n,) [GB/s]
    package_area : array, shape (n,) [mm²]
        Area of the packaged device where the stack is packaged, else of the stack.

    Returns
    -------
    array, shape (n,) [GB/s/mm²]
        NaN where either input is NaN (unknown).

    Raises
    ------
    InputError
        If a known bandwidth is negative or a known area is not positive.

    References
    ----------
    .. [1] 15 CFR part 774 Supp. No. 1, ECCN 3A090.c and its Technical Note.

    Examples
    --------
    >>> memory_bandwidth_density(np.array([242.0]), np.array([121.0]))
    array([2.])
    """
    require("memory_bandwidth", memory_bandwidth, "GB/s", positive=False)
    require("package_area", package_area, "mm^2", positive=True)
    return quotient(memory_bandwidth, package_area)
