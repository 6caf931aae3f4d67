"""What is said about a database."""

from __future__ import annotations

from database._made import content, database, model, parameters
from pyneuronautofit.database.labels import find_units
from pyneuronautofit.database.tools.information import describe_database

UNITS = find_units([])


def test_counts_ranges_and_gaps(tmp_path):
    models = [
        model(0, init={"soma.v": -60.0}, gsynmin=[0.1, None, 0.3, None]),
        model(1, target=0, id=None, **{"init-note": "it drifts"}),
        model(2, parameters=parameters(2) | {"soma.cm": 1.0}, gsynmin=[0.1, 0.2, 0.3, None]),
        {"parameters": {"soma.L": 20.5}, "id": 9},
    ]
    found = describe_database(database(tmp_path, content(models=models)), UNITS)
    assert (found.list_name, found.n_model, found.numbers) == ("models", 4, (0, 9))
    assert found.header == {"version": "3", "temperature": 35.0}
    assert found.targets == {"one.abf": 3, "none": 1}
    assert found.sources == {"run-1.json": 3, "none": 1}
    length, leak, ek, extra = found.parameters
    assert (length.label, length.scale, length.low, length.high) == ("soma L (µm)", "lin", 20, 200)
    assert (length.smallest, length.median, length.largest) == (20.5, 40.5, 42.0)
    assert (length.n_model, length.n_low, length.n_high) == (4, 1, 0)
    assert leak.label == "soma pas g (S/cm²)"
    assert leak.n_model == 3
    assert ek.label == "soma, axon ek (mV)"
    assert (extra.label, extra.scale, extra.low, extra.n_model) == ("soma cm (µF/cm²)", "", None, 1)
    text = "\n".join(found.missing)
    assert "3 model(s) (0, 1, 9) lack parameters: soma.cm" in text
    assert "3 model(s) (1, 2, 9) have no init (search-init writes it)" in text
    assert "2 model(s) (1, 9) have no gsynmin" in text
    assert "1 model(s) (1) have no id" in text
    assert "1 model(s) (1) were not at rest" in text
    assert "1 model(s) (0) have null in gsynmin" in text


def test_values_at_logarithmic_bounds(tmp_path):
    models = [
        {"parameters": parameters() | {"soma(0.5).pas.g": g}} for g in (1.1e-7, 1e-5, 0.095, 0.1)
    ]
    leak = describe_database(database(tmp_path, content(models=models)), UNITS).parameters[1]
    assert (leak.n_low, leak.n_high) == (1, 2)


def test_a_file_without_a_header(tmp_path):
    found = describe_database(database(tmp_path, {"models": [{"parameters": parameters()}]}), UNITS)
    assert [each.name for each in found.parameters] == list(parameters())
    assert "the header has no parameters" in found.missing
    assert "the header has no temperature" in found.missing


def test_the_published_sample(shared):
    from pyneuronautofit.database import read_database

    found = describe_database(read_database(shared / "data" / "P07-models-sample.json"), UNITS)
    assert found.targets == {"P07-04.20205021.abf": 18, "P07-05.20205023.abf": 6}
    assert found.missing == ()
    units = {each.name: each.label.partition("(")[2] for each in found.parameters}
    assert units.pop("soma(0.5).TC_cad.gamma") == ""
    assert all(units.values()), "every other parameter has a unit"
