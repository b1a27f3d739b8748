"""Bends the code in small ways and sees whether a test notices: `make mutate`.

MUTATE_S: seconds in all (3600); what was not reached by then is left out. MUTATE_SAMPLE: how many
mutants, drawn by chance (all). MUTATE_SEED: of the draw and of the order (1). MUTATE_ONLY: files
whose name holds one of these words. MUTATE_JOBS: children at once (one a core).
Ends with 1 when fewer than 90 % are killed, or when a test fails without any mutant. Survivors are
told as they are found and stand in build/mutants.txt; those that were looked at stand in
survivors.toml beside this file, with why.
"""

import os
import random
import sys
from collections import Counter, defaultdict
from time import monotonic

os.environ |= {"OPENBLAS_NUM_THREADS": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}

from tests.mutations.mutants import Mutant, files_of, mutants_of
from tests.mutations.plan import (
    LEAST_SHARE,
    MUTATED,
    ROOT,
    Known,
    by_key,
    held_by,
    known_survivors,
)
from tests.mutations.runner import (
    Fate,
    Pool,
    copy_of_the_tree,
    measure,
)

_TOLD = 100
_REPORT = ROOT / "build" / "mutants.txt"


class Account:
    """What became of the mutants."""

    def __init__(self, known: list[Known]) -> None:
        self._known = known
        self._fates: dict[str, Counter[Fate]] = defaultdict(Counter)
        self._equivalent: Counter[str] = Counter()
        self._listed: Counter[str] = Counter()
        self.news: list[str] = []

    def add(self, mutant: Mutant, fate: Fate) -> None:
        """Count a mutant."""
        known = by_key(self._known, mutant)
        if fate in {Fate.KILLED, Fate.TIMED_OUT}:
            self._fates[mutant.file][fate] += 1
        elif known is not None and known.equivalent:
            self._equivalent[mutant.file] += 1
        else:
            self._fates[mutant.file][fate] += 1
            if known is not None:
                self._listed[mutant.file] += 1
            else:
                self.news.append(f"{mutant.told}  [{fate.value}]")
                _say(self.news[-1])

    def stale(self) -> list[Known]:
        """Return listed survivors that are no mutants of the present code."""
        files = {known.key[0] for known in self._known}
        keys = {m.key for file in files if (ROOT / file).exists() for m in mutants_of(ROOT, file)}
        return [known for known in self._known if known.key not in keys]

    @property
    def share(self) -> float:
        """Killed ones, of those that a test can see."""
        total = sum(sum(fates.values()) for fates in self._fates.values())
        killed = sum(f[Fate.KILLED] + f[Fate.TIMED_OUT] for f in self._fates.values())
        return killed / total if total else 1.0

    def lines(self) -> list[str]:
        """Return the account by file."""
        told = [f"{'file':34} mutants killed  late alive listed equal  share"]
        for file in sorted({*self._fates, *self._equivalent}):
            fates = self._fates[file]
            total, late = sum(fates.values()), fates[Fate.TIMED_OUT]
            alive = fates[Fate.SURVIVED] + fates[Fate.UNREACHED]
            share = (total - alive) / total if total else 1.0
            told.append(
                f"{file:34} {total:7} {total - alive - late:6} {late:5} {alive:5} "
                f"{self._listed[file]:6} {self._equivalent[file]:5} {share:6.1%}"
            )
        return told


def main() -> int:
    """Run the mutants that were asked for; return the exit code."""
    until = monotonic() + float(os.environ.get("MUTATE_S", "3600"))
    only = os.environ.get("MUTATE_ONLY", "").split() or [""]
    width = int(os.environ.get("MUTATE_JOBS", os.cpu_count() or 1))
    files = [file for file in files_of(ROOT, MUTATED) if any(part in file for part in only)]
    mutants = [mutant for file in files for mutant in mutants_of(ROOT, file)]
    chance = random.Random(os.environ.get("MUTATE_SEED", "1"))
    chance.shuffle(mutants)
    mutants = mutants[: int(os.environ.get("MUTATE_SAMPLE") or len(mutants))]
    account = Account(known_survivors())
    with copy_of_the_tree() as copy:
        groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for file in sorted({mutant.file for mutant in mutants}):
            groups[tuple(held_by(file))].append(file)
        reaches = measure(copy, groups, width)
        bad = {name for reach in reaches.values() if reach.code for name in reach.failed or ["?"]}
        if bad:
            _say("these fail without any mutant:", *sorted(bad))
            return 1
        pool = Pool(copy, width, account.add)
        run = 0
        for mutant in mutants:
            if monotonic() >= until:
                break
            if run % _TOLD == 0:
                _say(f"{run} of {len(mutants)} mutants, {until - monotonic():.0f} s left")
            pool.run(mutant, reaches[mutant.file])
            run += 1
        pool.finish()
    return _conclude(account, run, mutants)


def _conclude(account: Account, run: int, mutants: list[Mutant]) -> int:
    _REPORT.parent.mkdir(exist_ok=True)
    written = [*account.lines(), "", *sorted(account.news), ""]
    _REPORT.write_text("\n".join(written), encoding="utf-8")
    _say(*account.lines())
    if run < len(mutants):
        _say(f"the time was over after {run} of {len(mutants)} mutants")
    if account.news:
        _say(f"{len(account.news)} survivors that survivors.toml does not list: {_REPORT}")
    for entry in account.stale():
        _say(f"survivors.toml lists what is no mutant any more: {' '.join(entry.key)}")
    good = account.share >= LEAST_SHARE
    _say(f"{account.share:.1%} of {run} mutants killed, at least {LEAST_SHARE:.0%} wanted")
    return 0 if good else 1


def _say(*lines: str) -> None:
    for line in lines:
        print(line, flush=True)  # noqa: T201 - this is what it is for


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # libraries that were only loaded for the children would complain at the end
