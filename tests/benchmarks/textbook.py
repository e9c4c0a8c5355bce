"""The training loop of the textbooks, for the same network, data and batch size as a project."""

from __future__ import annotations

import torch
from torch import nn

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


class TextbookLoop:
    """nn.Sequential, a torch optimizer with its defaults, a shuffled index per epoch, and three calls per step.

    Knows chains of blocks only. Raises KeyError for an activation, loss or optimizer that is not in the tables above.
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
            elif block.id == "dense":
                signal = report.signals[report.inputs[name][0]]
                layers.append(nn.Linear(signal.shape[0], block.units))
                layers.extend(kind() for kind in (ACTIVATIONS[block.activation],) if kind is not None)
            elif name != data:
                layers.append(block.build(*(report.signals[source] for source in report.inputs[name])))
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
