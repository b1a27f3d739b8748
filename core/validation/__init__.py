"""Checks that prove the pipeline right, or say exactly where it is not."""

from core.validation.history import PastRun, past_runs, record_run
from core.validation.model import BrokerView, CheckResult, Status, ValidationResult
from core.validation.run import checks_of, validate

__all__ = [
    "BrokerView",
    "CheckResult",
    "PastRun",
    "Status",
    "ValidationResult",
    "checks_of",
    "past_runs",
    "record_run",
    "validate",
]
