"""Files of text that people give us, read block by block with the number of every line."""
