"""These tests need the extra ``gateline[torch]``: ``make test`` leaves the folder to ``make test-torch``."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))  # what these tests share with those beside the folder


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    """Collect here only when the folder, or something in it, is asked for by name."""
    asked = [(config.invocation_params.dir / argument.partition("::")[0]).resolve() for argument in config.args]
    return None if any(path.is_relative_to(HERE) for path in asked) else True
