"""Prometheus metrics of a running job or console: the snapshots of its workers, as numbers.

Workers know nothing of it. They publish frozen snapshots anyway; `meters` holds where these can be
read, `families` turns one moment of them into metrics, `server` answers a scraper on loopback.
"""
