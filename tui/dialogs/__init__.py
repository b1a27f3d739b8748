"""Dialogs that panes open over themselves: forms, details, questions."""
