"""Hands ingestion over: the configuration of an existing engine, made from the same settings.

Where one process per warehouse is not enough, Kafka Connect or Redpanda Connect brings the topic
into a table of Snowflake (Snowpipe Streaming, exactly once), a task there takes it on into the raw
events, and merge, checks and console go on as before. Secrets are never in what is written here:
only where the engine finds them.
"""
