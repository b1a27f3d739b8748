"""The jobs: each joins parts of the core into one piece of work with a result.

A job is a module `core/jobs/<job>.py` with a frozen dataclass `Options` and a function
`run(context, options)` that returns a `JobResult`. It knows nothing of a command line, a screen
or stdout, so the headless runner and the console call the same code.
"""
