"""Pieces of HTML. Text goes through `escape` here and nowhere else, so that none is forgotten."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

import orjson

from pyneuronautofit._text import writable
from pyneuronautofit._types import Json

# What ends a script element, or is read as a line's end by old browsers.
_UNSAFE = {b"<": b"\\u003c", b">": b"\\u003e", b"&": b"\\u0026", b"\xe2\x80\xa8": b"\\u2028"}


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def escape(text: object) -> Markup:
    """Return any text as HTML; HTML stays what it is."""
    return text if isinstance(text, Markup) else Markup(html.escape(str(text)))


def element(name: str, *content: object, **attributes: object) -> Markup:
    """Return an element; `class_` is its class, and `data_row` its attribute data-row."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{name}{given}>{joined(content)}</{name}>")


def joined(content: Iterable[object]) -> Markup:
    """Return pieces one after the other."""
    return Markup("".join(escape(piece) for piece in content))


def table(head: Sequence[object], rows: Iterable[Sequence[object]], class_: str) -> Markup:
    """Return a table that is scrolled sideways where it is too wide."""
    heading = element("tr", *(element("th", cell, scope="col") for cell in head))
    lines = [element("tr", *(element("td", cell) for cell in row)) for row in rows]
    whole = element("table", element("thead", heading), element("tbody", *lines), class_=class_)
    return element("div", whole, class_="wide")


def facts(pairs: Iterable[tuple[str, object]]) -> Markup:
    """Return a list of what is called how."""
    content = [joined((element("dt", name), element("dd", value))) for name, value in pairs]
    return element("dl", *content)


def section(title: str, anchor: str, *content: object) -> Markup:
    """Return a part of the page under a heading."""
    return element("section", element("h2", title), *content, id=anchor)


def chart(name: str, label: str, class_: str = "chart") -> Markup:
    """Return the place where the page's script draws a chart.

    Parameters
    ----------
    name
        Which chart.
    label
        What it shows, for those who cannot see it.
    """
    return element("div", class_=class_, data_chart=name, role="img", aria_label=label)


def data(name: str, content: Json) -> Markup:
    """Return an element that holds data for the page's script; numpy arrays are lists."""
    text = orjson.dumps(writable(content), option=orjson.OPT_SERIALIZE_NUMPY)
    for unsafe, safe in _UNSAFE.items():
        text = text.replace(unsafe, safe)
    return Markup(f'<script type="application/json" id="{name}">{text.decode()}</script>')
