"""The function that Spark and Ray call: iterator of batches to iterator of batches, table to table."""

import pickle
from datetime import date

import pyarrow as pa
import pytest

from gateline.errors import InputError
from gateline.jobs import chunk_screener, screen_table

DAY = date(2026, 11, 21)
FLEET = pa.table(
    {
        "id": [f"c{row}" for row in range(12)],
        "chip": pa.array(["H100", "H20", "L4", None] * 3).dictionary_encode(),
        "applicable_die_area": [None, 500.0, 814.0] * 4,
        "note": ["=x", None, "y"] * 4,
    }
)


def sent(**options):
    """A screener as it arrives in another process."""
    return pickle.loads(pickle.dumps(chunk_screener(FLEET.schema, DAY, **options)))


def test_iterator_in_iterator_out():
    """As Spark calls it: batches one by one, lazily, each of the schema that was promised."""
    screen, asked = sent(), []

    def come():
        for batch in FLEET.to_batches(max_chunksize=5):
            asked.append(batch.num_rows)
            yield batch

    found = screen.batches(come())
    assert asked == []
    first = next(found)
    assert asked == [5]
    assert first.schema == screen.schema
    rest = list(found)
    whole = pa.Table.from_batches([first, *rest])
    assert whole.to_pylist() == screen_table(FLEET, DAY, all_columns=True).to_pylist()
    assert not any(pa.types.is_dictionary(field.type) for field in screen.schema)


def test_table_in_table_out():
    """As Ray calls it; an empty table has the schema, too."""
    screen = sent(rules=("us.ear.3a090",), all_columns=False)
    assert screen.table(FLEET).to_pylist() == screen_table(FLEET, DAY, rules=("us.ear.3a090",)).to_pylist()
    assert screen.table(FLEET.slice(0, 0)).schema == screen.schema
    assert screen.table(FLEET.schema.empty_table()).num_rows == 0


def test_a_cell_that_cannot_be_read_is_never_dropped_in_silence():
    bad = FLEET.set_column(1, "chip", pa.array(["H1OO"] + [None] * 11).dictionary_encode())
    with pytest.raises(InputError, match="row 1, chip: 'H1OO'"):
        sent().table(bad)
    taken = []
    screened = chunk_screener(FLEET.schema, DAY, take=taken.extend).table(bad)
    assert screened.num_rows == 11
    assert [(reject.row, reject.column) for reject in taken] == [(1, "chip")]


def test_a_schema_that_means_nothing_is_refused_before_anything_is_sent():
    with pytest.raises(InputError, match="no column is known"):
        chunk_screener(pa.schema({"x": pa.int64()}), DAY)
    with pytest.raises(InputError, match="is float, float64"):
        chunk_screener(pa.schema({"applicable_die_area": pa.float32()}), DAY)
