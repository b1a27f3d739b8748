"""The pipeline itself: from seed data to KPIs, with no knowledge of any screen."""

__version__ = "0.2.0"
