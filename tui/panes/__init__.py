"""The panes of the main screen: one a file, each with its keys and what they do."""
