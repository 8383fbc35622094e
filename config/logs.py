"""Where the log goes: to standard error, as standard output belongs to a command's answer."""

from __future__ import annotations

import sys
from typing import Literal

import structlog


def log_to_stderr(level: Literal["info", "warning", "error"]) -> None:
    """Show what is logged from ``level`` on: event names and numbers, never anything personal."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
