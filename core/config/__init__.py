"""Settings: from the environment and a `.env` file to one frozen, checked object."""

from core.config.settings import KafkaSettings, Paths, Settings, SnowflakeLogin, SnowflakeSettings
from core.config.thresholds import Thresholds

__all__ = [
    "KafkaSettings",
    "Paths",
    "Settings",
    "SnowflakeLogin",
    "SnowflakeSettings",
    "Thresholds",
]
