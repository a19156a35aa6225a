"""The name that the examples in docstrings use."""

import numpy
import pytest


@pytest.fixture(autouse=True)
def _numpy_for_examples(doctest_namespace: dict[str, object]) -> None:
    doctest_namespace["np"] = numpy
