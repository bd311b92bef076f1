"""The collector looks seldom while batches are taken, and as usual afterwards, whoever ends first and however."""

from __future__ import annotations

import gc
from contextlib import ExitStack

import pytest

from application.undisturbed import MANY, undisturbed


def test_given_two_that_overlap_then_it_looks_seldom_until_the_last_has_ended() -> None:
    usual = gc.get_threshold()
    first, second = ExitStack(), ExitStack()

    first.enter_context(undisturbed())
    second.enter_context(undisturbed())
    assert gc.get_threshold() == (MANY, *usual[1:])
    first.close()
    assert gc.get_threshold() == (MANY, *usual[1:])
    second.close()

    assert gc.get_threshold() == usual
    assert gc.isenabled()


def test_given_a_failure_then_it_looks_as_usual_again() -> None:
    usual = gc.get_threshold()

    with pytest.raises(ZeroDivisionError), undisturbed():
        raise ZeroDivisionError

    assert gc.get_threshold() == usual
