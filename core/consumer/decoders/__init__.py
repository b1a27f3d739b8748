"""Decoders: from the values of Kafka records to events of a pipeline.

`base` is what the consumer knows of them. That of JSON (`json_events`) is made from a pipeline's
definition: `strict` defines what an event is, `proof` accepts exactly the same, most of it faster.
"""
