"""dropship beside other programs that take a topic into DuckDB, each as its documentation teaches.

A peer is a program of its own (`bytewax_flow`, `quix_app`, `dlt_pipeline`), which runs in the
environment that `make peers` makes and imports nothing of the product.
"""
