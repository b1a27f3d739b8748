"""Snowflake behind the warehouse seam, and the scripts that prepare an account for it."""
