"""A model of a run: its parameters and what it scores."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ChosenModel:
    """A model of a run.

    Attributes
    ----------
    title : str
        Why it was chosen: "compromise", "best V"; "" where nobody chose it.
    evaluation : int
        The number of its evaluation in the run.
    parameters : mapping of str to float
        The value of every searched parameter, by its name, in the unit of the model.
    scores : mapping of str to float
        The sum of the components of every mode; 0 is equal to the recording.
    units : mapping of str to str
        The unit of every mode's score.
    places : mapping of str to str
        Every path in the cell that a parameter sets, and which parameter that is: some set several.
    """

    title: str
    evaluation: int
    parameters: Mapping[str, float]
    scores: Mapping[str, float]
    units: Mapping[str, str] = field(default_factory=dict, repr=False)
    places: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __str__(self) -> str:
        scored = ", ".join(self._scored())
        lines = [f"{self.title or 'model'} (evaluation {self.evaluation}): {scored}"]
        called = {name: self._called(name) for name in self.parameters}
        width = max(map(len, called.values()), default=0)
        lines += [
            f"  {called[name]:{width}s}  {value:.6g}" for name, value in self.parameters.items()
        ]
        return "\n".join(lines)

    def _called(self, name: str) -> str:
        """Return a parameter's name, with the other places that it sets."""
        others = [path for path, owner in self.places.items() if owner == name and path != name]
        return ", ".join([name, *others])

    def _scored(self) -> list[str]:
        units = {code: unit and f" {unit}" for code, unit in self.units.items()}
        return [f"{code} {value:.6g}{units.get(code, '')}" for code, value in self.scores.items()]

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{html.escape(self._called(name))}</td><td>{value:.6g}</td></tr>"
            for name, value in self.parameters.items()
        )
        scored = html.escape(", ".join(self._scored()))
        title = html.escape(self.title or "model")
        return (
            f"<table><caption>{title}, evaluation {self.evaluation}: {scored}</caption>"
            f"<tr><th>parameter</th><th>value</th></tr>{rows}</table>"
        )


def table_of_models(caption: str, units: Mapping[str, str], models: Sequence[ChosenModel]) -> str:
    """Return an HTML table: a row for every model, a column for every mode.

    Parameters
    ----------
    units
        Mode -> its unit.
    """
    heads = "".join(
        f"<th>{html.escape(f'{code} ({unit})' if unit else code)}</th>"
        for code, unit in units.items()
    )
    rows = "".join(
        f"<tr><td>{html.escape(model.title)}</td><td>{model.evaluation}</td>"
        + "".join(f"<td>{value:.6g}</td>" for value in model.scores.values())
        + "</tr>"
        for model in models
    )
    head = f"<tr><th>model</th><th>evaluation</th>{heads}</tr>"
    return f"<table><caption>{html.escape(caption)}</caption>{head}{rows}</table>"
