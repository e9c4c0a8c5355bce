"""The order of the examples: every one once an epoch, from a generator, and resumable anywhere."""

from __future__ import annotations

from itertools import chain

import pytest
import torch

from playground.training.experience.rows import MOST_REDRAWN, Feeder, InOrder
from playground.training.experience.state import ExperienceState


def feeder(count: int = 10, batch_size: int = 4, seed: int = 3) -> Feeder:
    examples = torch.arange(count)
    return Feeder((examples, 10 * examples), batch_size, torch.Generator().manual_seed(seed))


def taken(source: Feeder, steps: int) -> list[list[int]]:
    """The next batches, across epochs."""
    found = []
    for _ in range(steps):
        (batch,) = source.take(1)
        assert torch.equal(batch[1], 10 * batch[0])
        found.append(batch[0].tolist())
        if source.at_end:
            source.finish_epoch()
    return found


@pytest.mark.parametrize(
    ("batch_size", "sizes"),
    [(4, [4, 4, 2]), (1, [1] * 10), (0, [10]), (10, [10]), (99, [10]), (5, [5, 5]), (9, [9, 1])],
)
def test_every_example_comes_once_an_epoch(batch_size: int, sizes: list[int]) -> None:
    source = feeder(batch_size=batch_size)
    assert source.steps_per_epoch == len(sizes)
    for epoch in range(3):
        assert source.epoch == epoch and source.position == 0
        batches = taken(source, len(sizes))
        assert [len(batch) for batch in batches] == sizes
        assert sorted(chain.from_iterable(batches)) == list(range(10))


def test_epochs_differ_and_the_seed_decides() -> None:
    one, again, other = feeder(), feeder(), feeder(seed=4)
    first = taken(one, 3)
    assert taken(one, 3) != first
    assert taken(again, 3) == first != taken(other, 3)


def test_batches_end_with_the_epoch() -> None:
    source = feeder()
    assert len(source.take(2)) == 2 and source.steps_left == 1 and not source.at_end
    assert len(source.take(99)) == 1 and source.at_end and source.position == 10
    assert source.take(5) == []


@pytest.mark.parametrize("batch_size", [0, 1, 4, 10])
@pytest.mark.parametrize("steps", range(5))
def test_a_state_leads_to_the_same_batches(batch_size: int, steps: int) -> None:
    source = feeder(batch_size=batch_size)
    taken(source, steps)
    state = source.state()
    expected = taken(source, 7)
    other = feeder(batch_size=batch_size, seed=99)
    other.restore(state)
    assert taken(other, 7) == expected
    source.restore(state)
    assert taken(source, 7) == expected


@pytest.mark.parametrize(("before", "after"), [(4, 3), (4, 0), (0, 4), (1, 10)])
@pytest.mark.parametrize("steps", [0, 1, 2])
def test_another_batch_size_goes_on_with_the_rest_of_the_epoch(before: int, after: int, steps: int) -> None:
    source = feeder(batch_size=before)
    seen = taken(source, steps)
    source.set_batch_size(after)
    state, epoch = source.state(), source.epoch
    while source.epoch == epoch:
        seen += taken(source, 1)
    rest = list(chain.from_iterable(seen))
    assert sorted(rest[-10:]) == list(range(10))
    other = feeder(batch_size=after)
    other.restore(state)
    again = taken(other, 1)
    assert again[0] == seen[steps]


@pytest.mark.parametrize(("position", "epoch"), [(11, 0), (-1, 0), (0, -1)])
def test_a_place_that_is_not_there(position: int, epoch: int) -> None:
    source = feeder()
    with pytest.raises(ValueError, match="no such position"):
        source.restore(ExperienceState(source.state().generator, position, epoch, shuffled=True))


@pytest.mark.parametrize("count", [10, MOST_REDRAWN // 3, MOST_REDRAWN + 1])
def test_moments_share_a_state_of_the_generator(count: int) -> None:
    source = feeder(count, batch_size=count - 1)
    states = []
    for epoch in range(8):
        states.append(source.state())
        before = source.generator.get_state()
        other = feeder(count, batch_size=source.batch_size, seed=99)
        other.restore(states[-1])
        assert torch.equal(other.generator.get_state(), before), "all orders up to this one were drawn"
        if epoch == 3:
            source.set_batch_size(0)  # from here on no order is drawn
        if epoch == 5:
            source.set_batch_size(count // 2)
        source.take(9)
        source.finish_epoch()
    kept = {id(state.generator) for state in states}
    assert len(kept) == {10: 1, MOST_REDRAWN // 3: 2}.get(count, 6)
    assert all(state.orders * count <= MOST_REDRAWN for state in states)


def test_rows_in_order_come_so_in_every_epoch_and_are_found_again() -> None:
    examples = (torch.arange(7.0)[:, None],)
    source = InOrder(examples, 3, torch.Generator().manual_seed(1))
    for _ in range(2):
        batches = [batch[0].flatten().tolist() for batch in source.take(5)]
        assert batches == [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0], [6.0]]
        source.finish_epoch()
    list(source.take(1))
    other = InOrder(examples, 3, torch.Generator().manual_seed(2))
    other.restore(source.state())
    assert [batch[0].flatten().tolist() for batch in other.take(5)] == [[3.0, 4.0, 5.0], [6.0]]
    with pytest.raises(ValueError, match="another source"):
        Feeder(examples, 3, torch.Generator()).restore(source.state())
