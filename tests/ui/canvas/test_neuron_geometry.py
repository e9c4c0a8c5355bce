"""Where neurons stand, how links run, and what the mouse finds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.ui.canvas.neuron_geometry import (
    LINK_ROOM,
    PER_COLUMN,
    Hit,
    link_curves,
    link_ends,
    nearest_link,
    neuron_layout,
    relative,
    strongest,
    unit_at,
)


@given(st.integers(1, 64), st.integers(1, 64), st.sampled_from(["features", "pins", "bundle", "outside"]))
def test_tiles_never_overlap_and_stay_inside(units: int, inputs: int, kind) -> None:
    layout = neuron_layout(units, inputs, kind)
    assert layout.tiles.shape == (units, 2)
    assert (layout.tiles >= 0).all()
    assert (layout.tiles[:, 0] + layout.tile <= layout.width).all()
    assert (layout.tiles[:, 1] + layout.tile <= layout.height).all()
    gaps = np.abs(layout.tiles[:, None] - layout.tiles[None])
    apart = (gaps >= layout.tile).any(axis=2) | np.eye(units, dtype=bool)
    assert apart.all()
    assert len(np.unique(layout.tiles[:, 0])) == -(-units // PER_COLUMN)


@given(st.integers(1, 64), st.integers(1, 64))
def test_inputs_stand_left_of_the_neurons_inside_the_card(units: int, inputs: int) -> None:
    for kind in ("features", "pins"):
        layout = neuron_layout(units, inputs, kind)
        assert len(layout.pins) == inputs
        assert (layout.pins[:, 1] >= 0).all()
        assert (layout.pins[:, 1] <= layout.height).all()
        assert layout.tiles[:, 0].min() - layout.pins[:, 0].max() == pytest.approx(LINK_ROOM)


@pytest.mark.parametrize("units", [0, 65])
def test_too_many_or_no_units_are_refused(units: int) -> None:
    with pytest.raises(ValueError, match="between 1 and 64"):
        neuron_layout(units, 2, "pins")


def test_a_single_column_is_centred_on_its_inputs() -> None:
    layout = neuron_layout(3, 2, "features")
    assert layout.pins[:, 1].mean() == pytest.approx(layout.ends[:, 1].mean())


def test_links_are_in_the_order_of_the_weight_matrix() -> None:
    layout = neuron_layout(3, 2, "pins")
    begin, finish = link_ends(layout.pins, layout.ends)
    weights = np.arange(6).reshape(3, 2)
    for unit in range(3):
        for source in range(2):
            number = weights[unit, source]
            assert begin[number].tolist() == layout.pins[source].tolist()
            assert finish[number].tolist() == layout.ends[unit].tolist()


def test_curves_start_and_end_where_the_links_do() -> None:
    layout = neuron_layout(4, 3, "pins")
    begin, finish = link_ends(layout.pins, layout.ends)
    for pieces in (1, 14):
        curves = link_curves(begin, finish, pieces)
        assert curves.shape == (12, pieces + 1, 2)
        np.testing.assert_allclose(curves[:, 0], begin)
        np.testing.assert_allclose(curves[:, -1], finish)


def test_the_nearest_link_is_found_within_four_units() -> None:
    begin = np.array([[0.0, 0.0], [0.0, 20.0]])
    curves = link_curves(begin, begin + np.array([100.0, 0.0]), 1)
    assert nearest_link((50.0, 3.0), curves) == 0
    assert nearest_link((50.0, 17.0), curves) == 1
    assert nearest_link((50.0, 10.0), curves) is None
    assert nearest_link((150.0, 0.0), curves) is None
    assert nearest_link((0.0, 0.0), np.empty((0, 2, 2))) is None


def test_a_point_finds_a_neuron_or_its_bias() -> None:
    layout = neuron_layout(20, 4, "pins")
    for unit in (0, 9, 10, 19):
        middle = layout.tiles[unit] + layout.tile / 2
        assert unit_at(layout, tuple(middle)) == Hit("neuron", unit)
        assert unit_at(layout, tuple(layout.biases[unit])) == Hit("bias", unit)
    assert unit_at(layout, (LINK_ROOM / 2, 1.0)) is None


def test_strengths_are_relative_to_the_largest_but_small_weights_stay_small() -> None:
    assert relative(np.array([4.0, -2.0])).tolist() == [1.0, -0.5]
    assert relative(np.array([0.1, 0.0])).tolist() == pytest.approx([0.1, 0.0])
    assert np.isfinite(relative(np.array([np.nan, np.inf, 1.0]))).all()
    assert relative(np.empty(0)).size == 0


@given(st.lists(st.floats(-5, 5), max_size=50), st.integers(1, 20))
def test_the_strongest_come_last(values: list[float], most: int) -> None:
    strengths = np.array(values)
    chosen = strongest(strengths, most)
    assert len(chosen) == min(most, len(values))
    sizes = np.abs(strengths[chosen])
    assert (np.diff(sizes) >= 0).all()
    left_out = np.delete(np.abs(strengths), chosen)
    assert not len(left_out) or not len(sizes) or left_out.max() <= sizes.min()
