"""Fixtures of the fit's tests."""

from __future__ import annotations

import pytest

from .parabolas import make_problem


@pytest.fixture
def problem():
    return make_problem()
