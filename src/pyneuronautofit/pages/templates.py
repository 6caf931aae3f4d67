"""HTML, and scripts, from templates, which are files of the package that uses them.

Whatever is put into a template of a page is text unless it is `Markup`: jinja2 escapes it,
everywhere. A name that a template uses and nobody gives is an error.
"""

from __future__ import annotations

import base64
import hashlib
import shlex
from functools import cache
from importlib.resources import files

import orjson
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pyneuronautofit._text import writable
from pyneuronautofit._types import Json

# What ends a script element, or is read as a line's end by old browsers.
_UNSAFE = {b"<": b"\\u003c", b">": b"\\u003e", b"&": b"\\u0026", b"\xe2\x80\xa8": b"\\u2028"}


@cache
def templates_of(package: str) -> Environment:
    """Return the templates in the folder `templates` of a package.

    They have the filter `json_data`, for what a script element holds.
    """
    made = Environment(
        loader=PackageLoader(package, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["json_data"] = _json_data
    return made


@cache
def scripts_of(package: str) -> Environment:
    """Return the templates of shell scripts in the folder `templates` of a package.

    They have the filter `sh`, which makes one word of the shell of any text; nothing else does.
    """
    made = Environment(
        loader=PackageLoader(package, "templates"),
        autoescape=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["sh"] = shlex.quote
    return made


@cache
def asset(package: str, name: str) -> str:
    """Return the text of a file of a package, such as a script."""
    return files(package).joinpath(name).read_text(encoding="utf-8")


def script_digest(script: str) -> str:
    """Return what a Content-Security-Policy calls a script that stands in the page."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
    return f"'sha256-{digest}'"


def _json_data(content: Json) -> Markup:
    """Return JSON that cannot end the script element that it stands in; numpy arrays are lists."""
    text = orjson.dumps(writable(content), option=orjson.OPT_SERIALIZE_NUMPY)
    for unsafe, safe in _UNSAFE.items():
        text = text.replace(unsafe, safe)
    return Markup(text.decode())
