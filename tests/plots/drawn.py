"""What stands in figures: their words in a written file, and curves of their axes."""

from __future__ import annotations

import re

import numpy as np


def texts_of(path):
    """Return all texts of an SVG file, in the order of drawing."""
    return re.findall(r"<text[^>]*>([^<]+)</text>", path.read_text(encoding="utf-8"))


def curves_of(axes):
    """Return the labelled curves of axes: label -> (x, y)."""
    return {
        line.get_label(): (np.asarray(line.get_xdata()), np.asarray(line.get_ydata()))
        for line in axes.lines
        if not str(line.get_label()).startswith("_")
    }


def kept(monkeypatch, module):
    """Let a module's figures be kept instead of written; returns where they are collected."""
    figures = []
    monkeypatch.setattr(module, "write_figure", lambda figure, path: figures.append((figure, path)))
    return figures
