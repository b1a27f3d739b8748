"""Alerts: what an operator must be told, when it began and when it was over.

Samples of the pipeline become values (`rules`), which are held against the thresholds of the
configuration with hysteresis (`engine`), and changes go to a screen or into the log (`watch`).
Nothing here talks to a broker or a warehouse: everything is given, also the time.
"""
