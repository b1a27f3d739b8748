"""The report for build servers: one test case a check.

FAIL is a failure and ERROR an error; WARN passes with its message in the output, unless strict.
"""

import json
import re
from io import BytesIO

from junitparser import Error, Failure, JUnitXml, TestCase, TestSuite

from core.clock import iso
from core.validation.model import CheckResult, Status, ValidationResult

# `clean` leaves the two noncharacters that XML 1.0 forbids.
_NOT_XML = re.compile("[\ufffe\uffff]")


def junit_report(result: ValidationResult, *, strict: bool) -> str:
    """Return the run as JUnit XML. strict: WARN is a failure."""
    suite = TestSuite("dropship.validate")
    suite.timestamp = iso(result.run_at)
    for check in result.checks:
        case = TestCase(check.name, "dropship.validate", round(check.elapsed_s, 3))
        if check.status is Status.ERROR:
            case.result = [_outcome(Error, check)]
        elif check.status is Status.FAIL or (strict and check.status is Status.WARN):
            case.result = [_outcome(Failure, check)]
        else:
            case.system_out = _xml_text(_output(check))
        suite.add_testcase(case)
    xml = JUnitXml("dropship")
    xml.add_testsuite(suite)
    xml.update_statistics()  # type: ignore[no-untyped-call]
    out = BytesIO()
    xml.write(out, pretty=True)
    return out.getvalue().decode()


def _outcome(kind: type[Error | Failure], check: CheckResult) -> Error | Failure:
    outcome = kind(_xml_text(check.with_hint), check.status.name)
    outcome.text = _xml_text(_output(check))
    return outcome


def _output(check: CheckResult) -> str:
    """Return the message, then figures and rows as lines of JSON."""
    lines = [f"{check.status.name}: {check.with_hint}"]
    lines += [f"{name}: {_json(value)}" for name, value in check.figures.items()]
    lines += [_json(dict(row)) for row in check.rows]
    return "\n".join(lines)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _xml_text(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
