"""Checks that a person runs against a real service, in one command each."""
