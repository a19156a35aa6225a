"""The published configurations against what PyTorch counts, and the tables of docs/accuracy.md."""

from __future__ import annotations

import pytest
from accuracy_table import ACCURACY, published, with_table
from architectures import PUBLISHED_CONFIGS


@pytest.mark.parametrize("name", PUBLISHED_CONFIGS)
def test_published_configurations_run_and_count_the_same(name: str) -> None:
    compared = published(name)
    assert compared.equal, compared.told


def test_the_table_of_accuracy_is_up_to_date() -> None:
    """Written by ``python tests/accuracy_table.py``."""
    document = ACCURACY.read_text(encoding="utf-8")
    assert document == with_table(document)
