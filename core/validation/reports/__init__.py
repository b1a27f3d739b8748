"""Validation reports as files: JSON for scripts, HTML for people, JUnit for build servers."""

from core.validation.reports.files import FORMATS, write_reports

__all__ = ["FORMATS", "write_reports"]
