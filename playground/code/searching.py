"""The part of a written file for optimizers that ask for the loss at other weights before they step."""

from __future__ import annotations

from playground.code.setting import Setting

FLATTEN = '''\
def flatten(parameters):
    """One tensor with all parameters side by side, which become views into it; so do their gradients."""
    sizes = [parameter.numel() for parameter in parameters]
    weights = torch.cat([parameter.detach().reshape(-1) for parameter in parameters])  # (P,)
    weights.grad = torch.zeros_like(weights)
    for parameter, part, slope in zip(parameters, weights.split(sizes), weights.grad.split(sizes)):
        parameter.data, parameter.grad = part.view_as(parameter), slope.view_as(parameter)
    return weights'''
CLOSURE = '''\
class Closure:
    """The loss of one batch at the weights of the moment, its gradient and its second derivatives."""

    def __init__(self, model, parameters, weights{batch}):
        self.model, self.parameters, self.weights = model, parameters, weights{kept}

    def total(self):
        return loss({model}{given}){penalty}

    def __call__(self):
        self.weights.grad.zero_()
        with torch.enable_grad():
            value = self.total()
            value.backward()
        return value.detach()

    @torch.no_grad()
    def loss(self):
        return self.total()

    def hessian(self):
        """(P, P), row by row."""
        with torch.enable_grad():
            slopes = self.slopes(self.total(), create_graph=True)
            return torch.stack([self.slopes(slope).detach() for slope in slopes])

    def slopes(self, value, create_graph=False):
        if not value.requires_grad:
            return torch.zeros_like(self.weights)
        found = torch.autograd.grad(
            value, self.parameters, retain_graph=True, create_graph=create_graph,
            allow_unused=True, materialize_grads=True,
        )
        return torch.cat([part.reshape(-1) for part in found])'''


def closure(setting: Setting) -> str:
    """The class `Closure` for this project."""
    fed = setting.fed
    return CLOSURE.format(
        model="in_bfloat16(self.model)" if setting.mixed else "self.model",
        batch=", batch" if fed else "",
        kept="\n        self.batch = batch" if fed else "",
        given=", *self.batch" if fed else "",
        penalty=" + penalty(self.model)" if any(one.l2 for one in setting.learned) else "",
    )
