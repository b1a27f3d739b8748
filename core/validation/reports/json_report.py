"""The report for scripts: `checks` is the very object that `--json` prints."""

import json

from core.clock import iso
from core.validation.model import ValidationResult


def json_report(result: ValidationResult) -> str:
    """Return `{timestamp, elapsed_s, status, checks}` as indented JSON."""
    report = {
        "timestamp": iso(result.run_at),
        "elapsed_s": round(result.elapsed_s, 3),
        **result.as_json(),
    }
    return json.dumps(report, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
