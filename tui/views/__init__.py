"""View functions: a snapshot and a size in, lines out. No Textual in here."""
