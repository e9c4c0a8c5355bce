"""Groups in written files: classes, loops over copies, shared weights; all compute what the compiled network does."""

from __future__ import annotations

import re
from typing import Any

import pytest

from playground.code.lines import joined
from playground.code.module import network_code
from playground.code.network import NetworkCode
from playground.document.graph import Graph, Group, Node, NodeTraining
from tests.code.running import compared, run
from tests.network.small_graphs import chain, node, wired

DIGITS = node("data", "digits", labels="index")
LOSS = node("loss", "cross-entropy")


def group(name: str, nodes: str, repeat: int = 1, **fields: Any) -> Group:
    return Group(id=name, title=fields.pop("title", ""), nodes=tuple(nodes.split()), repeat=repeat, **fields)


def grouped(graph: Graph, *groups: Group) -> Graph:
    return graph.replace(groups=groups)


def images(*blocks: Node) -> Graph:
    """Digits through some blocks, and ten scores behind them."""
    return chain(DIGITS, *blocks, node("pool", "global-average-pooling"), node("scores", "dense", units=10), loss=LOSS)


def residual(first: int, filters: int) -> Graph:
    """A block with a way around it, which gives `filters` maps, for images of `first` maps."""
    def conv(name: str, **more: Any) -> Node:
        return node(name, "conv2d", filters=filters, padding="same", **more)

    nodes = [
        DIGITS, node("stem", "conv2d", filters=first, padding="same"), conv("conv-1"), node("norm-1", "batch-norm"),
        conv("conv-2", activation="identity"), node("add", "add"), node("relu-1", "relu"),
        node("pool", "global-average-pooling"), node("scores", "dense", units=10, activation="identity"), LOSS,
    ]  # fmt: skip
    return wired(
        nodes, "data.features > stem", "stem > conv-1", "conv-1 > norm-1", "norm-1 > conv-2", "conv-2 > add",
        "stem > add", "add > relu-1", "relu-1 > pool", "pool > scores", "scores > loss.prediction",
        "data.target > loss.target",
    )  # fmt: skip


RESIDUAL = "conv-1 norm-1 conv-2 add relu-1"


def text(code: NetworkCode) -> str:
    return "\n".join(line.text for line in code.lines)


def test_a_repeated_group_is_a_class_and_a_loop() -> None:
    code = compared(grouped(residual(8, 8), group("stage", RESIDUAL, 6, title="Residual block")))
    assert text(code).startswith('''class ResidualBlock(nn.Module):
    """Residual block."""

    def __init__(self):
        super().__init__()
        self.conv_1 = nn.Conv2d(8, 8, 3, padding=1)
        self.norm = nn.BatchNorm2d(8)
        self.conv_2 = nn.Conv2d(8, 8, 3, padding=1)

    def forward(self, x):  # (batch, 8, 8, 8)
        h = torch.relu(self.conv_1(x))  # (batch, 8, 8, 8)
        h = self.norm(h)                # (batch, 8, 8, 8)
        h = self.conv_2(h)              # (batch, 8, 8, 8)
        x = h + x                       # (batch, 8, 8, 8)
        return torch.relu(x)            # (batch, 8, 8, 8)
''')
    assert "self.residual_blocks = nn.ModuleList(ResidualBlock() for _ in range(6))" in text(code)
    assert "        for block in self.residual_blocks:\n            x = block(x)  " in text(code)
    assert code.names["stage/3/conv-1.weight"] == "residual_blocks.2.conv_1.weight"
    assert code.names["conv-1.weight"] == "residual_blocks.0.conv_1.weight"
    assert code.attributes["stage/6/norm-1"] == "residual_blocks[5].norm"


PYRAMID = (
    node("conv-1", "conv2d", filters=6, padding="same"), node("conv-2", "conv2d", filters=4, padding="same"),
    node("pool-1", "max-pool2d"),
)  # fmt: skip


def test_what_differs_from_copy_to_copy_is_an_argument() -> None:
    code = compared(grouped(images(*PYRAMID), group("stage", "conv-1 conv-2 pool-1", 2)))
    assert "def __init__(self, in_channels):" in text(code)
    assert "self.conv_1 = nn.Conv2d(in_channels, 6, 3, padding=1)" in text(code)
    assert "self.stages = nn.ModuleList([Stage(1), Stage(4)])" in text(code)
    assert "return functional.max_pool2d(x, 2)  # (batch, 4, height / 2, width / 2)" in text(code)


def test_groups_in_groups() -> None:
    inner = group("inner", "conv-1", 3, inside="stage", title="Inner")
    code = compared(grouped(images(*PYRAMID), inner, group("stage", "conv-2 pool-1", 2, title="Stage")))
    assert "self.inners = nn.ModuleList([Inner(in_channels), Inner(6), Inner(6)])" in text(code)
    assert code.names["stage/2/inner/3/conv-1.bias"] == "stages.1.inners.2.conv.bias"
    assert text(code).index("class Inner") < text(code).index("class Stage") < text(code).index("class Network")


def test_groups_that_are_alike_share_a_class() -> None:
    blocks = [node(f"{kind}-{n}", "conv2d", filters=filters, padding="same")
              for n, filters in ((1, 4), (2, 6)) for kind in ("wide", "narrow")]  # fmt: skip
    stages = (group(f"stage-{n}", f"wide-{n} narrow-{n}", title="Stage") for n in (1, 2))
    code = compared(grouped(images(*(one.replace(title=one.id[:-2]) for one in blocks)), *stages))
    assert text(code).count("class Stage") == 1
    assert "self.stage = Stage(1, 4)\n" in text(code) and "self.stage_2 = Stage(4, 6)\n" in text(code)
    assert "self.narrow = nn.Conv2d(channels, channels, 3, padding=1)" in text(code)


def test_a_pasted_group_with_other_numbers_needs_no_class_of_its_own() -> None:
    blocks = [node(f"conv-{n}", "conv2d", filters=filters, padding="same") for n, filters in enumerate((4, 4, 6, 6), 1)]
    stages = (group(f"stage-{n}", f"conv-{2 * n - 1} conv-{2 * n}", title="Stage") for n in (1, 2))
    code = compared(grouped(images(*blocks), *stages))
    assert text(code).count("class Stage") == 1
    assert code.names["conv-3.weight"] == "stage_2.conv_1.weight"


def test_copies_that_share_their_weights_are_one_module() -> None:
    blocks = [node("wide", "dense", units=12), node("narrow", "dense", units=8)]
    graph = chain(DIGITS, node("flat", "flatten"), node("first", "dense"), *blocks, node("scores", "dense", units=10),
                  loss=LOSS)  # fmt: skip
    code = compared(grouped(graph, group("step", "wide narrow", 5, title="Step", shared=True)))
    assert "self.step = Step()" in text(code)
    assert "        for _ in range(5):\n            x = self.step(x)  " in text(code)
    assert "step/3/wide.weight" not in code.names and code.names["wide.weight"] == "step.wide.weight"


def test_running_statistics_of_copies_that_share_weights_are_their_own() -> None:
    code = compared(grouped(residual(8, 8), group("stage", RESIDUAL, 3, title="Block", shared=True)))
    assert "for copy in self.blocks[1:]:  # all copies with the weights of the first" in text(code)
    assert "    copy.norm.weight = self.blocks[0].norm.weight\n" in text(code)
    assert "stage/2/norm-1.running_mean" in code.names and "stage/2/norm-1.weight" not in code.names


def transformer(repeat: int, **fields: Any) -> Graph:
    """Sequences through blocks of attention that are masked by the tokens."""
    nodes = [
        node("data", "reverse", most_padding=3), node("embed", "embedding", units=8),
        node("attend", "multi-head-attention"), node("drop", "dropout"), node("add", "add"), node("norm", "layer-norm"),
        node("scores", "dense", units=8, activation="identity"), LOSS,
    ]  # fmt: skip
    graph = wired(
        nodes, "data.features > embed", "embed > attend", "data.features > attend.padding", "attend > drop",
        "drop > add", "embed > add", "add > norm", "norm > scores", "scores > loss.prediction",
        "data.target > loss.target",
    )  # fmt: skip
    return grouped(graph, group("block", "attend drop add norm", repeat, title="Encoder block", **fields))


@pytest.mark.parametrize("shared", [False, True])
def test_what_all_copies_get_alike_stays_an_argument_of_each(shared: bool) -> None:
    code = compared(transformer(4, shared=shared))
    assert "def forward(self, x, tokens):  # x: (batch, 12, 8), tokens: (batch, 12)" in text(code)
    call = "self.encoder_block(h, x)" if shared else "block(h, x)"
    assert f"            h = {call}  " in text(code)


def test_a_group_with_something_outside_between_its_parts_is_no_class() -> None:
    blocks = [node(name, "dense", units=8) for name in ("before", "between", "after")]
    graph = chain(DIGITS, node("flat", "flatten"), *blocks, node("scores", "dense", units=10), loss=LOSS)
    code = compared(grouped(graph, group("torn", "before after"), group("whole", "flat before", inside=None)))
    assert "class Torn" not in text(code) and "self.between(" in text(code)


def test_two_blocks_with_the_same_weights() -> None:
    nodes = [
        node("data", "reverse"), node("embed", "embedding", units=6), node("state", "lstm", units=6, states="all"),
        node("scores", "dense", units=8, activation="identity").replace(weights_of="embed"), LOSS,
    ]  # fmt: skip
    graph = wired(
        nodes, "data.features > embed", "embed > state", "state > scores", "scores > loss.prediction",
        "data.target > loss.target",
    )  # fmt: skip
    code = compared(graph)
    assert "self.scores.weight = self.embed.weight  # the same weights" in text(code)
    assert "scores.weight" not in code.names and code.names["scores.bias"] == "scores.bias"


def test_twin_towers_in_groups() -> None:
    left = [node(name, "dense", units=8) for name in ("left-1", "left-2")]
    right = [node(f"right-{n}", "dense", units=8).replace(weights_of=f"left-{n}") for n in (1, 2)]
    ends = [node("flat", "flatten"), node("more", "gaussian-noise"), node("both", "concatenate"),
            node("scores", "dense", units=10)]  # fmt: skip
    graph = wired(
        [DIGITS, *left, *right, *ends, LOSS], "data.features > flat", "flat > left-1", "left-1 > left-2", "flat > more",
        "more > right-1", "right-1 > right-2", "left-2 > both", "right-2 > both", "both > scores",
        "scores > loss.prediction", "data.target > loss.target",
    )  # fmt: skip
    code = compared(grouped(graph, group("one", "left-1 left-2", title="Left"), group("two", "right-1 right-2")))
    assert "self.two.right_1.weight = self.left.left_1.weight  # the same weights" in text(code)


def test_what_is_frozen_does_not_learn() -> None:
    graph = residual(8, 8)
    frozen = NodeTraining(trainable=False)
    nodes = tuple(one.replace(training=frozen) if one.id == "conv-1" else one for one in graph.nodes)
    code = network_code(grouped(graph.replace(nodes=nodes), group("stage", RESIDUAL, 2, title="Block")))
    assert "        self.conv_1.requires_grad_(False)  # frozen\n" in text(code)
    model = run(code)["Network"]()
    assert {name for name, value in model.named_parameters() if not value.requires_grad} == {
        f"blocks.{number}.conv_1.{part}" for number in (0, 1) for part in ("weight", "bias")
    }


def test_a_group_that_gives_two_things() -> None:
    nodes = [DIGITS, node("flat", "flatten"), node("first", "dense", units=6), node("same", "dense", units=5),
             node("other", "dense", units=7), node("both", "concatenate"), node("scores", "dense", units=10),
             LOSS]  # fmt: skip
    graph = wired(
        nodes, "data.features > flat", "flat > first", "first > same", "same > other", "same > both", "other > both",
        "both > scores", "scores > loss.prediction", "data.target > loss.target",
    )  # fmt: skip
    code = compared(grouped(graph, group("pair", "first same other", title="Pair")))
    assert re.search(r"pair_1, pair_2 = self\.pair\(x\) +# \(batch, 5\), \(batch, 7\)\n", text(code))
    assert re.search(r"x = torch\.cat\(\[pair_1, pair_2\], dim=1\) +# \(batch, 12\)\n", text(code))


def test_lines_know_their_blocks_and_groups() -> None:
    code = network_code(grouped(residual(8, 8), group("stage", RESIDUAL, 6, title="Residual block")))
    found = joined(code.lines)
    rows = found.text.splitlines()
    lit = {name: [rows[number].strip() for part in found.lines[name] for number in part] for name in found.lines}
    assert [row.split("  #")[0] for row in lit["conv-1"]] == [
        "self.conv_1 = nn.Conv2d(8, 8, 3, padding=1)", "h = torch.relu(self.conv_1(x))"
    ]
    assert lit["loss"][-1] == "return functional.cross_entropy(model(x), y)"
    assert "class ResidualBlock(nn.Module):" in lit["stage"] and "for block in self.residual_blocks:" in lit["stage"]
    assert found.nodes_at(rows.index("        self.scores = nn.Linear(8, 10)")) == ("scores",)


def test_titles_become_names_that_python_takes() -> None:
    titles = ("Größe", "class", "1. layer", "forward", "隠れ層", "x", "loss")
    blocks = [node(f"layer-{n}", "dense", units=4).replace(title=title) for n, title in enumerate(titles)]
    graph = chain(DIGITS, node("flat", "flatten"), *blocks, node("scores", "dense", units=10), loss=LOSS)
    code = compared(grouped(graph, group("all", " ".join(block.id for block in blocks), 2, title="Network")))
    for name in ("grosse", "class_", "n1_layer", "forward_2", "layer_4", "x", "loss"):
        assert f"        self.{name} = nn.Linear(" in text(code)
    assert "class Network_2(nn.Module):" in text(code)
