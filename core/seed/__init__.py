"""Synthetic seed data: customers, products and a year of their orders, as three CSV files.

This is where an order begins. `spec` says what is wanted, `generate` writes it, `catalogue` reads
customers and products back for the producer. Only `spec` is light enough to import at start-up.
"""
