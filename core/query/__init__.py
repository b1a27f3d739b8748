"""Asking the warehouse: pages of tables, completion, history and exports of what is found.

The statements themselves run behind `core.warehouse.base.Warehouse.ask`; nothing here writes to
the warehouse.
"""
