"""The pipeline as a service: it works without a terminal, and consoles come and go.

One process of a data directory holds it: a controller, and a Unix socket by which others of the
same user look at it and steer it.
"""
