"""What an operator does with the pipeline: start, pause, stop, look and check, all of it live.

A screen owns one `Controller`. It calls methods that return at once and reads frozen snapshots;
threads of the core do the work. Nothing here knows what the screen looks like.
"""
