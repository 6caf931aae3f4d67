"""Pages that a command serves on this computer: their options, and opening them in a browser."""

from __future__ import annotations

import os
import sys
import threading
import webbrowser
from dataclasses import dataclass

from pyneuronautofit._options import RUN, between, option
from pyneuronautofit._words import whole


@dataclass(frozen=True, kw_only=True)
class PageOptions:
    """How a page is served."""

    port: int | None = option(
        None,
        "--port",
        group=RUN,
        metavar="N",
        parse=whole,
        check=between(0, 65535),
        help="port of the page (default: a free one)",
    )
    no_browser: bool = option(
        False, "--no-browser", group=RUN, help="print the address of the page, but do not open it"
    )


def open_in_browser(url: str) -> None:
    """Open a page, unless only a browser for terminals could be found, which would take this."""
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or _on_wayland()):
        return
    # Some browsers do not return until they are closed.
    threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()


def _on_wayland() -> bool:
    return bool(os.environ.get("WAYLAND_DISPLAY"))
