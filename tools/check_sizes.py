"""
Refuse files and functions that outgrew their place.

Function: at most 40 lines; file: at most 300 (tests 400). A long protocol may be one function when its ``def`` line
ends with ``# long: reason``. Forbidden names hide what a file is for. ``TODO`` needs an issue: ``TODO(#12): …``.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

FUNCTION_LINES = 40
FILE_LINES = 300
TEST_FILE_LINES = 400
FORBIDDEN_STEMS = {"util", "utils", "helper", "helpers", "common", "misc", "manager", "base", "shared", "core", "lib"}
NAKED_TODO = re.compile(r"#\s*TODO(?!\(#\d+\): )")


def tracked_files() -> list[Path]:
    """Return the Python files git knows or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return [path for line in sorted(set(listed.stdout.splitlines())) if (path := Path(line)).exists()]


def long_functions(tree: ast.AST, lines: list[str]) -> Iterator[tuple[int, str]]:
    """Yield line and complaint of each function over the limit, docstring not counted."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        first, docstring = node.body[0], ast.get_docstring(node)
        spoken = (first.end_lineno or 0) - first.lineno + 1 if docstring is not None else 0
        length = (node.end_lineno or node.lineno) - node.lineno + 1 - spoken
        if length > FUNCTION_LINES and "# long: " not in lines[node.lineno - 1]:
            yield node.lineno, f"function {node.name} has {length} lines, limit {FUNCTION_LINES}"


def complaints(path: Path) -> Iterator[str]:
    """Yield what is wrong with one file, as ``path:line: complaint``."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    limit = TEST_FILE_LINES if path.parts[0] == "tests" else FILE_LINES
    if len(lines) > limit:
        yield f"{path}:1: {len(lines)} lines, limit {limit}"
    if path.stem in FORBIDDEN_STEMS:
        yield f"{path}:1: the name says nothing; if it has no name, it has no place"
    for number, line in enumerate(lines, 1):
        if NAKED_TODO.search(line):
            yield f"{path}:{number}: a TODO names its issue: TODO(#12): …"
    for number, complaint in long_functions(ast.parse(text), lines):
        yield f"{path}:{number}: {complaint}"


def main() -> int:
    """Print every complaint; exit 1 when there is one."""
    found = [complaint for path in tracked_files() for complaint in complaints(path)]
    for complaint in found:
        print(complaint)
    print(f"sizes: {len(found)} complaints")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
