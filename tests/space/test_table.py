import numpy as np

from pyneuronautofit.space import ParameterPath, ParameterSpace, ParameterTable


def _settings(table, candidate):
    return [(path.text, value) for path, value in table.settings(candidate)]


def test_settings_in_the_order_of_declaration():
    space = ParameterSpace.from_rows(
        [[["a.x", "b.x"], "log", 1e-3, 1.0], ["a.nseg", "int", 1, 9], ["a.c", "con", 7, 8]]
    )
    table = space.to_model(space.clip(np.array([[-1.0, 3.2, 0.0], [0.0, 5.0, 0.0]])))
    assert len(table) == 2
    assert _settings(table, 0) == [("a.x", 0.1), ("b.x", 0.1), ("a.nseg", 3), ("a.c", 7.0)]
    kinds = [type(value) for _, value in table.settings(1)]
    assert kinds == [float, float, int, float], "a whole number reaches the model as int"


def test_nan_leaves_the_cells_own_value():
    paths = tuple((ParameterPath.parse(name),) for name in ("a.x", "a.nseg", "a.y"))
    values = np.array([[np.nan, np.nan, 2.0], [1.0, 3.0, np.nan]])
    table = ParameterTable(paths, (False, True, False), values)
    assert _settings(table, 0) == [("a.y", 2.0)]
    assert _settings(table, 1) == [("a.x", 1.0), ("a.nseg", 3)]


def test_rows_by_slice_and_by_number():
    paths = ((ParameterPath.parse("a.x"),),)
    table = ParameterTable(paths, (False,), np.array([[0.0], [1.0], [2.0]]))
    assert table.rows(slice(1, None)).values.tolist() == [[1.0], [2.0]]
    assert table.rows([2, 0]).values.tolist() == [[2.0], [0.0]]
    assert table.rows([2]).targets == paths
