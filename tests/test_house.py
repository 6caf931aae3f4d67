"""How the code is laid out: sizes, names, who imports whom, and a test for every module.

All of it is read from the files; nothing is imported.
"""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parent
PACKAGE = TESTS.parent / "src" / "pyneuronautofit"
MODULES = sorted(PACKAGE.rglob("*.py"))
SOURCES = sorted([*MODULES, *PACKAGE.rglob("*.hpp")])
MOST_LINES, MOST_FILES, LARGEST_SHARE = 399, 15, 0.2

#: Modules in which there is nothing that a test could find wrong, and why.
NO_TEST = {
    "_types.py": "names of types",
    "_version.py": "a constant",
    "errors.py": "names of errors",
    "fitting/evaluators/crew.py": "a protocol and records",
    "objectives/target.py": "a record",
    "optimisers/_base.py": "a protocol",
    "recordings/_reader.py": "a protocol",
    "report/content.py": "a record",
}

#: Modules that hold logic and have no test of their name yet: the list is to become empty.
NOT_YET = frozenset[str]()


def lines_of(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_of(module: str) -> Path:
    """Return where the test of a module is: of a/b/_c.py it is a/b/test_c.py."""
    path = Path(module)
    return TESTS / path.parent / f"test_{path.stem.strip('_')}.py"


test_of.__test__ = False  # type: ignore[attr-defined]


def test_every_module_has_a_test_of_its_name():
    names = {
        path.relative_to(PACKAGE).as_posix() for path in MODULES if not path.stem.startswith("__")
    }
    missing = {name for name in names if not test_of(name).is_file()}
    excused = set(NO_TEST) | NOT_YET
    assert not missing - excused, f"write these tests: {sorted(missing - excused)}"
    assert not excused - missing, (
        f"gone, or with a test; take them from the lists: {sorted(excused - missing)}"
    )
    assert not set(NO_TEST) & NOT_YET
    assert all(NO_TEST.values()), "every one with its reason"


def test_no_file_is_long():
    assert {path.name: n for path in SOURCES if (n := lines_of(path)) > MOST_LINES} == {}


def test_no_folder_holds_many_files():
    count = Counter(path.parent for path in SOURCES)
    assert {folder.name: n for folder, n in count.items() if n > MOST_FILES} == {}


def test_no_package_is_most_of_the_house():
    sizes: Counter[str] = Counter()
    for path in SOURCES:
        sizes[path.relative_to(PACKAGE).parts[0]] += lines_of(path)
    name, size = sizes.most_common(1)[0]
    assert size < LARGEST_SHARE * sizes.total(), f"{name} has {size} of {sizes.total()} lines"


def imported(tree: ast.Module, known: set[str]) -> Iterator[str]:
    """Yield the names of all modules that a module imports, or names in a text of its own."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from {node.value} & known  # what is imported when it is first needed


def owners(name: str) -> Iterator[str]:
    """Yield for every private part of a module's name the package that it is private to."""
    parts = name.split(".")
    for place, part in enumerate(parts):
        if part.startswith("_") and not part.startswith("__"):
            yield ".".join(parts[:place])


def test_private_modules_are_imported_by_their_package_alone():
    known = {module_name(path) for path in MODULES}
    foreign = [
        f"{module_name(path)} imports {name}"
        for path in MODULES
        for name in imported(ast.parse(path.read_text(encoding="utf-8")), known)
        if name in known
        for owner in owners(name)
        if not module_name(path).startswith(f"{owner}.") and module_name(path) != owner
    ]
    assert foreign == []


def test_no_two_classes_have_one_name():
    places = defaultdict(list)
    for path in MODULES:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                places[node.name].append(path.relative_to(PACKAGE).as_posix())
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_what_is_listed_as_slow_is_there():
    lines = (TESTS / "slow.txt").read_text(encoding="utf-8").splitlines()
    listed = [line.split("::") for line in lines if not line.startswith("#")]
    assert listed
    for file, *names in listed:
        text = (TESTS / file).read_text(encoding="utf-8")
        assert [name for name in names if name not in text] == [], file
