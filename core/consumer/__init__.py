"""From topic to raw table: decode, batch, store exactly once."""
