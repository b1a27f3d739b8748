"""From orders (a CSV file, or drawn at random) to acknowledged records on the topic."""
