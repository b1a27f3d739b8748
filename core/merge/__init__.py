"""From raw events to orders: the merge, once or again and again."""
