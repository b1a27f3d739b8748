"""Limits of the validation checks and alerts: each may be set as DROPSHIP_<NAME> (upper case).

Those of every pipeline are fields. A pipeline's own have their defaults and bounds in its
definition; what was set of them stands beside the fields.
"""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field

from core.pipeline.checks import Threshold


class Thresholds(BaseModel):
    """Warn and fail limits. Times in seconds, rates as fractions of 1."""

    model_config = ConfigDict(frozen=True, extra="allow")
    __pydantic_extra__: dict[str, float] = Field(init=False)

    freshness_warn_s: float = Field(3_600, ge=0)
    """Age of the newest ingested order that earns a WARN."""
    freshness_fail_s: float = Field(86_400, ge=0)
    """Age of the newest ingested order that earns a FAIL."""
    dead_letters_warn: float = Field(0.0, ge=0, le=1)
    """Dead letters as a fraction of all records read: above it a WARN."""
    dead_letters_fail: float = Field(0.05, ge=0, le=1)
    """Dead letters as a fraction of all records read: above it a FAIL."""
    merge_backlog_warn_s: float = Field(60, ge=0)
    """Seconds that the oldest raw event has waited for its merge: above it a WARN."""
    merge_backlog_warn: int = Field(100_000, ge=0)
    """Raw events not merged yet, however short they wait: above it a WARN."""
    merge_backlog_fail: int = Field(1_000_000, ge=0)
    """Raw events not merged yet: above it a FAIL."""
    lag_warn_s: float = Field(60, ge=0)
    """Seconds since the last batch was stored while records wait in the topic: above it a WARN."""
    lag_warn: int = Field(50_000, ge=0)
    """Records that wait in the topic, however lately one was stored: above it a WARN."""
    volume_drop_warn: float = Field(0.5, ge=0, le=1)
    """Fall of a run's volume against the median of earlier runs: above it a WARN."""
    volume_drop_fail: float = Field(1.0, ge=0, le=1)
    """Fall of a run's volume against the median of earlier runs: at it or above a FAIL."""
    drift_warn: float = Field(0.01, ge=0, le=1)
    """Records that depart from the definition, as a fraction of a sample: above it a WARN."""

    alert_lag_warn: int = Field(50_000, ge=0)
    """Records that wait in the topic: above it an alert."""
    alert_lag_fail: int = Field(500_000, ge=0)
    """Records that wait in the topic: above it a severe alert."""
    alert_behind_warn_s: float = Field(60, ge=0)
    """Seconds that the next record has waited: above it an alert."""
    alert_behind_fail_s: float = Field(300, ge=0)
    """Seconds that the next record has waited: above it a severe alert."""
    alert_drop_warn: float = Field(0.5, ge=0, le=1)
    """Fall of the consumer's rate against its usual one while records wait: above it an alert."""
    alert_drop_fail: float = Field(0.9, ge=0, le=1)
    """Fall of the consumer's rate against its usual one: above it a severe alert."""
    alert_undelivered_warn: float = Field(0, ge=0, le=1)
    """Events of the last window that the broker did not take: above it an alert."""
    alert_undelivered_fail: float = Field(0.01, ge=0, le=1)
    """Events of the last window that the broker did not take: above it a severe alert."""
    alert_dead_letters_warn: float = Field(0.01, ge=0, le=1)
    """Dead letters among the records of the last window: above it an alert."""
    alert_dead_letters_fail: float = Field(0.05, ge=0, le=1)
    """Dead letters among the records of the last window: above it a severe alert."""
    alert_latency_warn_ms: float = Field(5_000, ge=0)
    """End-to-end latency p95 in milliseconds: above it an alert."""
    alert_latency_fail_ms: float = Field(30_000, ge=0)
    """End-to-end latency p95 in milliseconds: above it a severe alert."""
    alert_merge_warn_s: float = Field(60, ge=0)
    """Seconds that the oldest raw event has waited for its merge: above it an alert."""
    alert_merge_fail_s: float = Field(600, ge=0)
    """Seconds that the oldest raw event has waited for its merge: above it a severe alert."""
    alert_window_s: float = Field(60, gt=0)
    """Seconds over which rates are taken and a consumer is judged."""
    alert_hold_s: float = Field(5, ge=0)
    """Seconds that something must be bad before an alert is raised, and good before it is over."""

    def own(self, defined: Mapping[str, Threshold]) -> dict[str, float]:
        """Return the limits of a pipeline by name: what was set, else what it says itself."""
        given = self.__pydantic_extra__ or {}
        found = {name: given.get(name, limit.default) for name, limit in defined.items()}
        return {
            name: int(value) if defined[name].type == "integer" else value
            for name, value in found.items()
        }
