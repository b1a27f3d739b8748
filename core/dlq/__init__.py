"""Dead letters: publishing them again once their cause is fixed."""
