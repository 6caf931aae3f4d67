"""The README as a package index shows it; all else that setuptools needs is in pyproject.toml.

A package index knows none of the repository's files: links to them become links to the repository,
whose address is `Source` of `[project.urls]` in pyproject.toml.
"""

import re
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
LINK = re.compile(r"(!?)(\[[^\]]*\]\()(?![a-z]+:|#)([^)\s]+)(?=\))")


def described(readme: str, source: str) -> str:
    """Return the README with links that work everywhere; `source` is the repository's address."""

    def absolute(found: re.Match[str]) -> str:
        kind = "raw" if found[1] else "blob"
        return f"{found[1]}{found[2]}{source}/{kind}/HEAD/{found[3]}"

    return LINK.sub(absolute, readme)


if __name__ == "__main__":
    from setuptools import setup

    with (HERE / "pyproject.toml").open("rb") as file:
        urls = tomllib.load(file)["project"]["urls"]
    setup(
        long_description=described(
            (HERE / "README.md").read_text(encoding="utf-8"), urls["Source"].rstrip("/")
        ),
        long_description_content_type="text/markdown",
    )
