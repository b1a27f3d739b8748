"""From events (of a file, or made up as it goes) to acknowledged records on the topic.

`orders` is what is known of the order pipeline, `events` what any definition gives.
"""
