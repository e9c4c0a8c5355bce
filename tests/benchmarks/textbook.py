"""The training loop of the textbooks, for the same network, data and batch size as a project."""

from __future__ import annotations

import torch
from torch import nn

from playground.blocks.base import Block
from playground.blocks.dense import Dense
from playground.blocks.features import FeatureExpansion
from playground.blocks.images.convolution import Conv2D
from playground.blocks.images.pooling import MaxPool2D
from playground.blocks.normalization import Dropout
from playground.blocks.signal import Signal
from playground.data.preparation import prepare
from playground.document.project import Project
from playground.network.check import check

ACTIVATIONS = {"identity": None, "tanh": nn.Tanh, "relu": nn.ReLU, "sigmoid": nn.Sigmoid}
CRITERIA = {
    "cross-entropy": nn.CrossEntropyLoss,
    "binary-cross-entropy": nn.BCEWithLogitsLoss,
    "mean-squared-error": nn.MSELoss,
}
OPTIMIZERS = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}


def _layers(block: Block, arriving: list[Signal]) -> list[nn.Module]:
    """The modules that a textbook takes for a block."""
    shape = arriving[0].shape
    if isinstance(block, Dense):
        layer: nn.Module = nn.Linear(shape[0], block.units)
    elif isinstance(block, Conv2D):
        layer = nn.Conv2d(shape[0], block.filters, block.kernel_size, block.stride, padding=block.padding)
    elif isinstance(block, MaxPool2D):
        return [nn.MaxPool2d(block.kernel_size, block.stride)]
    elif isinstance(block, Dropout):
        return [nn.Dropout(block.rate)]
    else:
        return [block.build(*arriving)]
    function = ACTIVATIONS[block.activation]
    return [layer] if function is None else [layer, function()]


class TextbookLoop:
    """nn.Sequential, a torch optimizer with its defaults, a shuffled index per epoch, and three calls per step.

    Hand-made features are computed once for all examples. Knows chains of blocks only. Raises KeyError for an
    activation, loss or optimizer that is not in the tables above.
    """

    def __init__(self, project: Project) -> None:
        report = check(project.graph)
        data = report.data_nodes()[0]
        part = prepare(report.blocks[data]).parts["train"]
        self.inputs, self.targets = torch.tensor(part["features"]), torch.tensor(part["target"])
        layers: list[nn.Module] = []
        for name in report.order:
            block = report.blocks[name]
            if name in report.loss_nodes():
                self.criterion = CRITERIA[block.id]()
            elif isinstance(block, FeatureExpansion):
                self.inputs = block.build(*(report.signals[source] for source in report.inputs[name]))(self.inputs)
            elif name != data:
                layers.extend(_layers(block, [report.signals[source] for source in report.inputs[name]]))
        self.model = nn.Sequential(*layers)
        if not isinstance(self.criterion, nn.CrossEntropyLoss):
            self.targets = self.targets.float().reshape(self.model(self.inputs).shape)
        choice = project.training.optimizer
        rate = choice.parameters.get("learning_rate", 0.001)
        self.optimizer = OPTIMIZERS[choice.id](self.model.parameters(), lr=rate)
        self.batch_size = project.training.batch_size
        self._waiting: list[torch.Tensor] = []

    def __call__(self, steps: int) -> None:
        """Take so many steps, epoch after epoch."""
        for _ in range(steps):
            if not self._waiting:
                order = torch.randperm(len(self.inputs))
                self._waiting = list(order.split(self.batch_size))[::-1]
            index = self._waiting.pop()
            self.optimizer.zero_grad()
            loss = self.criterion(self.model(self.inputs[index]), self.targets[index])
            loss.backward()
            self.optimizer.step()
