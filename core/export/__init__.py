"""Hands ingestion over: the configuration of an existing engine, made from the same settings."""
