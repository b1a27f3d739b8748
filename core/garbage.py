"""How often the interpreter searches for garbage that only cycles keep alive.

Records, tuples and events come by the ten thousand and go again without a cycle among them; by its
own habit the interpreter would search all that is alive after every few hundred of them, which took
a third of a consumer's processor time, and holds every thread up meanwhile.
"""

import gc

_SEARCHES = (50_000, 50, 10)
"""Objects more than at the last search that start one: two batches of records do not. Then how many
searches start a longer one, and how many of those one of everything."""


def search_rarely() -> None:
    """Search seldom from now on, and never through what is loaded by now; for a whole process."""
    gc.freeze()
    gc.set_threshold(*_SEARCHES)
    gc.enable()
