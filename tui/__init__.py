"""The console: a full-screen Textual application over the core."""
