"""Looks at real records and writes the folder of a pipeline that fits them.

A sample (`topic`, `file`) is counted path by path (`profile`), the counts become fields (`fields`)
and roles (`roles`), and those become a definition and SQL (`plan`, `write`). What stays doubtful
stands as a comment beside what was chosen. `drift` compares a sample with a definition.
"""
