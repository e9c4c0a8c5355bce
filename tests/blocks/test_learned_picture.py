"""A picture that learns: what it begins with, where its pixels may go, and that gradient descent paints it."""

from __future__ import annotations

import torch

from playground.blocks.images.learned_picture import LearnedPicture, LearnedPictureLayer
from playground.blocks.signal import Signal
from playground.document.project import Choice, Project
from playground.training.session.session import Session
from tests.network.small_graphs import node, wired

ARRIVING = Signal((3, 2, 2), kind="image", low=0.0, high=1.0)


def layer(**parameters: object) -> LearnedPictureLayer:
    built = LearnedPicture.model_validate(parameters).build(ARRIVING)
    assert isinstance(built, LearnedPictureLayer)
    return built


def test_it_begins_as_the_first_picture_and_stays_when_others_come() -> None:
    made, pictures = layer(), torch.rand(2, 3, 2, 2, generator=torch.Generator().manual_seed(1))
    assert torch.equal(made(pictures), pictures[:1].expand(2, -1, -1, -1))
    assert torch.equal(made(pictures[1:])[0], pictures[0])


def test_noise_follows_from_its_seed_alone() -> None:
    first, again, other = (layer(start="noise", seed=seed).picture for seed in (1, 1, 2))
    assert torch.equal(first, again) and not torch.equal(first, other)
    assert float(first.min()) >= 0.0 and float(first.max()) <= 1.0


def test_pixels_are_brought_back_between_black_and_white() -> None:
    made = layer(start="noise")
    with torch.no_grad():
        made.picture.copy_(torch.linspace(-1.0, 2.0, 12).view(3, 2, 2))
    made.constrain()
    assert torch.equal(made.picture.detach().flatten(), torch.linspace(-1.0, 2.0, 12).clamp(0.0, 1.0))


def test_gradient_descent_paints_what_the_loss_asks_for() -> None:
    """The pixels go to those of the style, each by 2 / n of the rate and the difference at every step."""
    graph = wired(
        [node("data", "content-and-style", side=32), node("picture", "learned-picture"),
         node("loss", "mean-squared-error")],
        "data.features > picture", "picture > loss.prediction", "data.target > loss.target",
    )  # fmt: skip
    rate = 1_000.0
    project = Project(graph=graph)
    training = project.training.replace(optimizer=Choice(id="sgd", parameters={"learning_rate": rate}), batch_size=1)
    session = Session(project.replace(training=training))
    content, style = (session.prepared["data"].parts["train"][name][0] for name in ("features", "target"))
    session.advance(3)
    share = (1.0 - 2.0 * rate / content.size) ** 3
    painted = dict(session.learner.model.network.named_parameters())["picture.picture"].detach()
    assert torch.allclose(painted, torch.from_numpy(style + share * (content - style)), atol=1e-5)
    session.rewind()
    assert torch.equal(painted, torch.from_numpy(content))
