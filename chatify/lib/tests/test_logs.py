"""What a record says in the log."""

import logging
import sys

import pytest

from chatify.lib import logs


def record(name):
    try:
        raise ValueError("too big")
    except ValueError:
        return logging.LogRecord(name, logging.ERROR, __file__, 1, "too big", None, sys.exc_info())


@pytest.mark.parametrize(
    ("name", "traced"), [("django.security.RequestDataTooBig", False), ("django.request", True)]
)
def test_a_refused_request_is_one_line_and_a_fault_keeps_its_trace(name, traced):
    it = record(name)
    assert logs.Refused().filter(it)
    assert ("Traceback" in logging.Formatter().format(it)) is traced
