"""Arrow columns as cells: which types a column of a table can have, and how each is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from gateline.errors import InputError
from gateline.fleet.cells import Cells, TextCells
from gateline.fleet.headers import Header
from gateline.fleet.values import FlagCells, ValueCells
from gateline.numerals import clip
from gateline.quantities import QUANTITIES, Kind

EPOCH = 719_163
"""The day number of 1970-01-01, from which Arrow counts."""
DAYS_PER_COUNT = {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}
EXACT_DIGITS = 15
"""Whole numbers of so many digits are float64, and so are the powers of ten up to 10^22."""
EXACT_POWER = 22
FLOAT64 = pa.float64()

WANTED = {
    "amounts": "float64, an integer, a decimal or text",
    "flags": "bool, 0 and 1, or text",
    "dates": "date32, a timestamp without time zone, or text",
    "names": "text",
    "counts": "an integer, float64 or text",
    "figures of dies": "numbers, bool or text",
}


def check_schema(header: Header, schema: pa.Schema) -> None:
    """Refuse a column whose type cannot hold what its heading says.

    Raises
    ------
    InputError
        Naming the column, its type and the types that it could have.
    """
    for position, use in _uses(header).items():
        heading, kind = header.names[position], schema.field(position).type
        if pa.types.is_dictionary(kind):
            kind = kind.value_type
        if not _fits(use, kind):
            raise InputError(
                f"{header.source}: column '{clip(heading)}' is {kind}, {WANTED[use]} is wanted for {use}.{_hint(kind)}"
            )


def _uses(header: Header) -> dict[int, str]:
    """What each column that is read holds."""
    kinds = {Kind.FLAG: "flags", Kind.DATE: "dates", Kind.NAME: "names"}
    own = {"chip": "names", "as_of": "dates", "count": "counts", "transaction": "names"}
    uses = {position: own[name] for name, position in header.own.items() if name in own}
    uses |= {position: kinds[QUANTITIES[name].kind] for name, position in header.words.items()}
    uses |= {column.position: "amounts" for column in (*header.numbers.values(), *header.rates.values())}
    return uses | {column.position: "figures of dies" for column in header.dies.values()}


def _fits(use: str, kind: pa.DataType) -> bool:
    types = pa.types
    number = types.is_integer(kind) or types.is_float64(kind)
    fitting = {
        "amounts": number or types.is_decimal(kind),
        "flags": types.is_boolean(kind) or types.is_integer(kind) or types.is_floating(kind),
        "dates": types.is_date(kind) or (types.is_timestamp(kind) and kind.tz is None),
        "names": False,
        "counts": number,
        "figures of dies": number or types.is_boolean(kind),
    }
    return bool(is_text(kind) or types.is_null(kind) or fitting[use])


def _hint(kind: pa.DataType) -> str:
    if pa.types.is_float32(kind) or pa.types.is_float16(kind):
        return (
            " It holds too few digits to say on which side of a line a value lies; take float64 from where it is from."
        )
    if pa.types.is_timestamp(kind):
        return " The day depends on the time zone; cast it to a date."
    return ""


def is_text(kind: pa.DataType) -> bool:
    """Whether a type is text."""
    types = pa.types
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def read_cells(array: pa.Array) -> Cells:
    """A column of a checked schema as cells."""
    if array.type == FLOAT64:
        return ValueCells(_floats(array), _shown(array), whole=False, missing=_missing(array))
    if pa.types.is_dictionary(array.type):
        if is_text(array.type.value_type):
            return _coded(array)
        array = array.dictionary_decode()
    if pa.types.is_null(array.type):
        return TextCells([""], np.zeros(len(array), dtype=np.int32))
    if pa.types.is_string_view(array.type):
        array = array.cast(pa.large_string())
    if is_text(array.type):
        return _coded(array.dictionary_encode())
    if pa.types.is_boolean(array.type):
        return FlagCells(_bits(array, array.buffers()[1]), _shown(array), whole=True, missing=_missing(array))
    return ValueCells(_stored(array), _shown(array), not _is_number(array.type), _missing(array))


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _coded(array: pa.DictionaryArray) -> TextCells:
    """Text by its dictionary; a null says nothing."""
    if len(array.dictionary) > len(array):
        array = array.dictionary_decode().dictionary_encode()
    texts = ["" if text is None else text for text in array.dictionary.to_pylist()]
    indices = array.indices
    if indices.null_count:
        indices = indices.cast(pa.int32()).fill_null(len(texts))
        texts.append("")
    return TextCells(texts, indices.to_numpy())


def _shown(array: pa.Array) -> Callable[[int], str]:
    def show(row: int) -> str:
        try:
            value = array[row].as_py()
        except (OverflowError, ValueError):  # a day that Python does not know
            value = array.slice(row, 1).cast(pa.string())[0].as_py()
        return ("yes" if value else "no") if isinstance(value, bool) else str(value)

    return show


def _stored(array: pa.Array) -> npt.NDArray[np.float64]:
    """Numbers, and dates as day numbers; anything where there is a null."""
    kind = array.type
    if pa.types.is_date(kind):
        return _floats(array.cast(pa.date32()).view(pa.int32())) + EPOCH
    if pa.types.is_timestamp(kind):
        counted = _numbers(array.view(pa.int64()))
        return np.asarray(np.floor_divide(counted, DAYS_PER_COUNT[kind.unit]).astype(np.float64) + EPOCH)
    if pa.types.is_decimal(kind):
        return _decimals(array)
    return _floats(array)


def _numbers(array: pa.Array) -> npt.NDArray[Any]:
    """The buffer of a column of numbers, whatever stands under its nulls."""
    dtype = np.dtype(array.type.to_pandas_dtype())
    buffer = array.buffers()[1]
    if buffer is None:
        return np.zeros(len(array), dtype=dtype)
    return np.frombuffer(buffer, dtype=dtype, count=len(array), offset=array.offset * dtype.itemsize)


def _floats(numbers: pa.Array) -> npt.NDArray[np.float64]:
    return np.asarray(_numbers(numbers), dtype=np.float64)


def _missing(array: pa.Array) -> npt.NDArray[np.bool_] | None:
    """The rows of the nulls, where there are any."""
    if not array.null_count:
        return None
    said = _bits(array, array.buffers()[0]).view(bool)
    np.logical_not(said, out=said)
    return said


def _bits(array: pa.Array, buffer: pa.Buffer) -> npt.NDArray[np.uint8]:
    """The bit of each row in a buffer of an array."""
    first, skipped = divmod(array.offset, 8)
    held = np.frombuffer(buffer, dtype=np.uint8, count=(skipped + len(array) + 7) // 8, offset=first)
    return np.unpackbits(held, count=skipped + len(array), bitorder="little")[skipped:]


def _decimals(array: pa.Array) -> npt.NDArray[np.float64]:
    """Decimals, each rounded once to the nearest float64, as decimal text is."""
    kind = array.type
    if kind.precision <= EXACT_DIGITS and 0 <= kind.scale <= EXACT_POWER and pa.types.is_decimal128(kind):
        words = np.frombuffer(array.buffers()[1], dtype=np.int64, count=2 * (array.offset + len(array)))
        lowest: npt.NDArray[np.int64] = words[2 * array.offset :: 2]
        return np.asarray(lowest.astype(np.float64) / 10.0**kind.scale)
    texts = pc.fill_null(array.cast(pa.string()), "nan").to_numpy(zero_copy_only=False)
    return np.asarray(texts.astype(str).astype(np.float64))
