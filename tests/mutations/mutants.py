"""Small faults in a source file: each mutant is one change that a test ought to notice.

Changed are comparisons, `and` and `or`, conditions, arithmetic, constants, returned values, and
statements that only have an effect. Left alone are texts for people and for logs, annotations,
docstrings, imports, and what a constructor only keeps. A mutant is known by its file, its function
and the two pieces of code, so that it stays the same one when lines move.
"""

import ast
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

_SPOKEN = frozenset({"_", "N_", "ngettext", "clean", "TypeVar", "ParamSpec"})
_ORDER: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_SUMS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}


@dataclass(frozen=True)
class Mutant:
    """One fault. file: below the root. scope: function it is in, "" outside of any.

    line, last: the lines of the changed code; of the whole statement where that is one.
    """

    file: str
    scope: str
    before: str
    after: str
    line: int
    last: int
    source: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What it is known by."""
        return self.file, self.scope, self.before, self.after

    @property
    def told(self) -> str:
        """The change on one line."""
        return f"{self.file}:{self.line} {self.scope or '(module)'}: {self.before} -> {self.after}"


def mutants_of(root: Path, file: str) -> list[Mutant]:
    """Return every mutant of a file, in the order of its lines."""
    text = (root / file).read_text(encoding="utf-8")
    tree = ast.parse(text)
    finder = _Finder(file, text)
    finder.visit(tree)
    return finder.found


class _Finder(ast.NodeVisitor):
    """Walks a module and collects its mutants."""

    def __init__(self, file: str, text: str) -> None:
        self._file = file
        self._lines = text.encode().splitlines(keepends=True)
        self._scope: list[str] = []
        self._function = 0
        self.found: list[Mutant] = []

    # Where to look, and where not.

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._scope.append(node.name)
        self._body(node.body)
        self._scope.pop()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for default in [*node.args.defaults, *node.args.kw_defaults]:
            if default is not None:
                self.visit(default)
        self._scope.append(node.name)
        self._function += 1
        self._body(node.body)
        self._function -= 1
        self._scope.pop()

    def visit_Module(self, node: ast.Module) -> None:
        self._body(node.body)

    def _body(self, body: list[ast.stmt]) -> None:
        for statement in body:
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                continue  # a docstring
            self.visit(statement)

    def visit_Import(self, node: ast.Import) -> None:
        """Left alone."""

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """Left alone."""

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            if isinstance(node.target, ast.Attribute) and not _is_empty(node.value):
                self._replace(node, ast.Pass())
            self.visit(node.value)

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func
        spoken = isinstance(name, ast.Name) and name.id in _SPOKEN
        if not spoken and not _is_log(node):
            self.generic_visit(node)

    # What is changed.

    def visit_Compare(self, node: ast.Compare) -> None:
        for place, operator in enumerate(node.ops):
            for other in _ORDER[type(operator)]:
                changed = deepcopy(node)
                changed.ops[place] = other()
                self._replace(node, changed)
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        changed = deepcopy(node)
        changed.op = ast.And() if isinstance(node.op, ast.Or) else ast.Or()
        self._replace(node, changed)
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, (ast.Not, ast.USub)):
            self._replace(node, node.operand)
        if not isinstance(node.operand, ast.Constant):
            self.visit(node.operand)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        other = _SUMS.get(type(node.op))
        if other is not None and not _is_text(node.left):
            changed = deepcopy(node)
            changed.op = other()
            self._replace(node, changed)
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        other = _SUMS.get(type(node.op))
        if other is not None:
            changed = deepcopy(node)
            changed.op = other()
            self._replace(node, changed)
        self.visit(node.value)

    def visit_Constant(self, node: ast.Constant) -> None:
        value = node.value
        if value is None or value is Ellipsis:
            return
        other: object
        match value:
            case bool():
                other = not value
            case int() | float():
                other = value + 1
            case str():
                other = f"{value}!"
            case bytes():
                other = value + b"!"
            case _:
                return
        self._replace(node, ast.Constant(other))

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.visit(part.value)

    def visit_If(self, node: ast.If) -> None:
        self._condition(node.test)
        self.generic_visit(node)

    def visit_While(self, node: ast.While) -> None:
        self._condition(node.test)
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._condition(node.test)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for test in node.ifs:
            self._condition(test)
        self.generic_visit(node)

    def _condition(self, test: ast.expr) -> None:
        """Turn round a condition that no other change turns round."""
        known = isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
        if not known and not isinstance(test, (ast.Compare, ast.Constant)):
            self._replace(test, ast.UnaryOp(ast.Not(), test))

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is not None and not _is_none(node.value):
            if not (isinstance(node.value, ast.Constant) and isinstance(node.value.value, bool)):
                self._replace(node.value, ast.Constant(value=None))
            self.visit(node.value)

    def visit_Expr(self, node: ast.Expr) -> None:
        spoken = len(self.found)
        self.visit(node.value)
        if isinstance(node.value, ast.Call) and self._function and not _is_log(node.value):
            self._replace(node, ast.Pass(), at=spoken)

    def visit_Assign(self, node: ast.Assign) -> None:
        target = node.targets[0]
        if isinstance(target, ast.Name) and target.id == "__all__":
            return
        kept = self._scope[-1:] == ["__init__"] and isinstance(node.value, ast.Name)
        plain = isinstance(target, ast.Name) or (
            isinstance(target, ast.Tuple) and all(isinstance(one, ast.Name) for one in target.elts)
        )
        if self._function and not plain and not kept:
            self._replace(node, ast.Pass())
        self.visit(node.value)

    def visit_Raise(self, node: ast.Raise) -> None:
        self._replace(node, ast.Pass())
        self.generic_visit(node)

    def visit_Break(self, node: ast.Break) -> None:
        self._replace(node, ast.Continue())

    def visit_Continue(self, node: ast.Continue) -> None:
        self._replace(node, ast.Break())

    def _replace(self, node: ast.AST, other: ast.AST, *, at: int | None = None) -> None:
        """Keep the mutant that has another piece of code in the place of a node."""
        before, after = ast.unparse(node), ast.unparse(ast.fix_missing_locations(other))
        first, last = node.lineno - 1, node.end_lineno - 1  # type: ignore[attr-defined]
        written = f"({after})" if isinstance(node, ast.expr) else after
        head = self._lines[first][: node.col_offset]  # type: ignore[attr-defined]
        tail = self._lines[last][node.end_col_offset :]  # type: ignore[attr-defined]
        middle = head + written.encode() + tail
        source = b"".join([*self._lines[:first], middle, *self._lines[last + 1 :]])
        inside = ".".join(self._scope)
        # A default or a field is read when the module is imported: no line of a test reaches it.
        line = node.lineno if self._function else 0  # type: ignore[attr-defined]
        mutant = Mutant(
            self._file,
            inside,
            " ".join(before.split()),
            " ".join(after.split()),
            line or first + 1,
            last + 1 if line else 0,
            source.decode(),
        )
        self.found.insert(len(self.found) if at is None else at, mutant)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_empty(node: ast.expr) -> bool:
    """Whether a value begins something, so that leaving it out only breaks the class."""
    return True if _is_none(node) else isinstance(node, (ast.List, ast.Dict, ast.Set))


def _is_log(call: ast.Call) -> bool:
    name = call.func
    return (
        isinstance(name, ast.Attribute)
        and isinstance(name.value, ast.Name)
        and name.value.id in {"log", "_log"}
    )


def files_of(root: Path, patterns: tuple[str, ...]) -> Iterator[str]:
    """Return the files below a root that have something to change."""
    for pattern in patterns:
        for path in sorted(root.glob(pattern)):
            if path.name != "__init__.py":
                yield path.relative_to(root).as_posix()
