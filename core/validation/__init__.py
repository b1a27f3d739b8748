"""Checks that prove the pipeline right, or say exactly where it is not."""

from core.validation.history import PastRun, past_runs, record_run
from core.validation.model import BrokerView, CheckResult, Status, ValidationResult
from core.validation.run import CHECK_NAMES, validate

__all__ = [
    "CHECK_NAMES",
    "BrokerView",
    "CheckResult",
    "PastRun",
    "Status",
    "ValidationResult",
    "past_runs",
    "record_run",
    "validate",
]
