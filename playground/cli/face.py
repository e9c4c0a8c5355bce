"""What a person types: the commands, their options, and how a failure is told."""

from __future__ import annotations

import argparse
import errno
import gc
import io
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import NoReturn

from playground import __version__
from playground.cli.log import LOG, start_log
from playground.cli.report import FAULTY, GOOD, INTERRUPTED, UNUSABLE, CallError, ProjectFaultError, print_error
from playground.document.files import ProjectFileError
from playground.document.library import UnknownPreset
from playground.paths import log_file

PROJECT = "FILE-OR-PRESET"
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
"""Errors of a disk that takes no more."""
RARELY = (50_000, 20, 20)
"""New objects, and collections of the younger generation, after which Python looks for garbage. With its own numbers it
looks through all that importing torch makes, which stays, again and again: a third of a second."""
EPOCHS_HELP = "epochs to train first (20; none where the project was saved with its weights)"
PROJECT_HELP = "a project file, or the name of a preset as `playground presets` lists them"


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are one line."""

    def error(self, message: str) -> NoReturn:
        raise CallError(f"{message} ({self.prog} --help explains)")


def main(arguments: Sequence[str] | None = None) -> int:
    """The `playground` command. Returns the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    _print_anything()
    start_log()
    try:
        with _garbage_looked_for_rarely():
            return _run(_parse(words))
    except SystemExit as exit_:  # --help and --version
        return int(exit_.code or 0)
    except (CallError, UnknownPreset) as error:
        return _told(str(error.args[0]), UNUSABLE)
    except ProjectFileError as error:
        return _told(_one_line(error), UNUSABLE)
    except ProjectFaultError as error:
        return _told("\n".join(error.sentences), FAULTY)
    except KeyboardInterrupt as error:
        return _told(str(error) or "interrupted.", INTERRUPTED)
    except BrokenPipeError:  # whoever read the output has gone, as `head` does
        _print_nowhere()
        return GOOD
    except OSError as error:
        if error.errno not in NO_ROOM or error.filename is not None:
            return _unforeseen(words)
        _print_nowhere()
        return _told(f"the output cannot be written: {error.strerror}.", UNUSABLE)
    except Exception:
        return _unforeseen(words)


@contextmanager
def _garbage_looked_for_rarely() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(*RARELY)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _unforeseen(words: Sequence[str]) -> int:
    LOG.exception("playground %s", " ".join(words))
    return _told(f"something went wrong inside Playground; the details are in {log_file()}", UNUSABLE)


def _print_nowhere() -> None:
    """Python would complain once more when it ends, where standard output cannot be written to."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _print_anything() -> None:
    """Let no letter stop a command that the terminal, or the file behind a pipe, cannot show."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _run(options: argparse.Namespace) -> int:
    module, function = options.command
    command: Callable[[argparse.Namespace], int] = getattr(import_module(f"playground.cli.{module}"), function)
    code = command(options)
    if sys.stdout is not None:
        sys.stdout.flush()  # here a failure can still be told
    return code


def _told(sentence: str, code: int) -> int:
    print_error(sentence)
    return code


def _one_line(error: ProjectFileError) -> str:
    more = len(error.problems) - 1
    line = str(error.problems[0])
    return f"{line} (and {more} more: `playground check` lists all)" if more > 0 else line


def _parse(words: list[str]) -> argparse.Namespace:
    parser, commands = _parsers()
    # A first word that is no command is a project to open, so that `playground spirals` opens a preset.
    if words and not words[0].startswith("-") and words[0] not in commands:
        words = ["open", *words]
    return parser.parse_args(words or ["open"])


def _parsers() -> tuple[Parser, frozenset[str]]:
    parser = Parser(
        prog="playground",
        description="Build a neural network by dragging blocks, press play, and see it learn from inside.",
        epilog=f"`playground` alone opens the gallery, `playground {PROJECT}` a project.",
    )
    parser.add_argument("--version", action="version", version=f"Playground {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", title="commands")
    _add_open(commands)
    _add_train(commands)
    _add_pictures(commands)
    _add_check(commands)
    _add_new(commands)
    _add_export(commands)
    _add_predict(commands)
    _add_code(commands)
    _add_experiment(commands)
    _add_cross_validation(commands)
    _add_search(commands)
    for name, help_, module in (
        ("presets", "list the presets", "presets"),
        ("blocks", "list the blocks with their parameters", "listings"),
        ("datasets", "list the data blocks with their parameters", "listings"),
        ("experiments", "list the experiments, with what came of them", "experiments"),
    ):
        _add_json(_command(commands, name, help_, (module, name)))
    commands.choices["presets"].add_argument(
        "--make-weights", action="store_true", help="train the presets that lend their weights, and store these"
    )
    views = _command(commands, "views", "list the views, and which apply to a project", ("listings", "views"))
    views.add_argument("project", metavar=PROJECT, nargs="?", help=PROJECT_HELP)
    _add_json(views)
    schema = _command(commands, "schema", "print the JSON Schema of a project file", ("schema", "schema"))
    schema.add_argument("--of", choices=("project", "group", "experiment", "search"), default="project",
                        help="a project (default), a group, an experiment or a search")  # fmt: skip
    return parser, frozenset(commands.choices)


Commands = argparse._SubParsersAction  # argparse has no public name for what add_subparsers returns


def _command(commands: Commands[Parser], name: str, help_: str, command: tuple[str, str]) -> Parser:
    parser = commands.add_parser(name, help=help_, description=help_[0].upper() + help_[1:] + ".", allow_abbrev=False)
    parser.set_defaults(command=command)
    return parser


def _add_open(commands: Commands[Parser]) -> None:
    parser = _command(commands, "open", "open the window (this is what happens without a command)", ("window", "open_"))
    parser.add_argument("project", metavar=PROJECT, nargs="?", help=PROJECT_HELP)


def _add_train(commands: Commands[Parser]) -> None:
    parser = _command(commands, "train", "train a project without a window", ("train", "train"))
    parser.add_argument("project", metavar=PROJECT, help=PROJECT_HELP)
    parser.add_argument("--epochs", metavar="N", type=_positive, help="train exactly so many epochs")
    parser.add_argument("--steps", metavar="N", type=_positive, help="train at most so many steps")
    parser.add_argument("--seed", metavar="N", type=_seed, help="another seed: other first weights and another order")
    parser.add_argument("--device", metavar="D", choices=("automatic", "cpu", "cuda", "mps"),
                        help="automatic, cpu, cuda or mps")  # fmt: skip
    parser.add_argument("--set", metavar="PATH=VALUE", dest="changes", action="append", default=[],
                        help="change a setting, such as training.batch_size=10, "
                             "graph.nodes.dense-1.parameters.units=4 or graph.groups.block.repeat=8; may be given "
                             "many times")  # fmt: skip
    parser.add_argument("--weights-from", metavar="FILE",
                        help="take weights first: of a project, preset, .safetensors, .pt, .pth or .npz")  # fmt: skip
    parser.add_argument("--save", metavar="FILE", help="save the project there, and its weights beside")
    parser.add_argument("--picture", metavar="PNG", help="save a picture of the window as it is after training")
    _add_fresh(parser)
    parser.add_argument("--require-goals", action="store_true", help="exit with 1 when a goal of the project is missed")
    _add_json(parser)


def _add_pictures(commands: Commands[Parser]) -> None:
    picture = _command(commands, "picture", "train a little and save a picture of the window", ("pictures", "picture"))
    picture.add_argument("project", metavar=PROJECT, help=PROJECT_HELP)
    picture.add_argument("--epochs", metavar="N", type=_not_negative, help=EPOCHS_HELP)
    _add_fresh(picture)
    picture.add_argument("--theme", choices=("light", "dark"), default="light")
    picture.add_argument("--size", metavar="WxH", type=_size, default=(1600, 1000), help="in pixels (1600x1000)")
    picture.add_argument("--out", metavar="PNG", required=True)
    view = _command(commands, "view", "save one view of a project, without a window", ("pictures", "view"))
    view.add_argument("project", metavar=PROJECT, help=PROJECT_HELP)
    view.add_argument("--view", metavar="NAME", required=True, help="a view, as `playground views` lists them")
    view.add_argument("--epochs", metavar="N", type=_not_negative, help=EPOCHS_HELP)
    _add_fresh(view)
    view.add_argument(
        "--set", dest="changes", metavar="NAME=VALUE", action="append", default=[],
        help="an option of the view, such as directions=random; may be repeated",
    )  # fmt: skip
    view.add_argument("--out", metavar="FILE", required=True, help="a file that ends in .png, .svg or .csv")


def _add_check(commands: Commands[Parser]) -> None:
    parser = _command(commands, "check", "check a project: shapes, parameters, errors and fixes", ("check", "check"))
    parser.add_argument("project", metavar=PROJECT, help=PROJECT_HELP)
    in_order = "save the file as the window does: in order, without defaults, in the newest version"
    parser.add_argument("--write", action="store_true", help=in_order)
    _add_json(parser)


def _add_new(commands: Commands[Parser]) -> None:
    parser = _command(commands, "new", "make a project from a file or a folder of yours", ("new", "new"))
    parser.add_argument("data", metavar="DATA", nargs="?",
                        help="a table, a text, a folder of pictures, or a network (.onnx, .keras)")  # fmt: skip
    parser.add_argument("--target", metavar="COLUMN", dest="targets", action="append", default=[],
                        help="the column of a table to predict, else it is guessed; may be repeated")  # fmt: skip
    parser.add_argument("--link", metavar="URL", help="a link to TensorFlow Playground, in the place of DATA")
    parser.add_argument("--out", metavar="FILE", required=True, help="the project file to write")
    parser.add_argument("--replace", action="store_true", help="take the place of a file that is there already")


def _add_export(commands: Commands[Parser]) -> None:
    parser = _command(commands, "export", "write a trained network for other programs", ("export", "export"))
    parser.add_argument("project", metavar=PROJECT, help=PROJECT_HELP)
    parser.add_argument("--to", choices=("onnx", "pt2"), required=True, help="onnx, or pt2 for torch.export")
    parser.add_argument("--out", metavar="FILE", required=True, help="a file that ends in .onnx or .pt2")
    parser.add_argument("--epochs", metavar="N", type=_not_negative, help=EPOCHS_HELP)
    parser.add_argument("--weights", metavar="FILE", help="the weights of a saved run, else those beside the project")
    parser.add_argument("--with-scaling", action="store_true",
                        help="take raw features and answer in the units of the data")  # fmt: skip
    _add_fresh(parser)


def _add_predict(commands: Commands[Parser]) -> None:
    parser = _command(commands, "predict", "answer rows, pictures, texts or series of yours", ("predict", "predict"))
    parser.add_argument("project", metavar=PROJECT, help=f"{PROJECT_HELP}; one without saved weights is trained first")
    parser.add_argument("--in", dest="input", metavar="DATA", required=True,
                        help="a table with the columns of the data in any order, a folder of pictures, a text with one "
                             "example in each line, or numbers; - reads standard input")  # fmt: skip
    parser.add_argument("--out", metavar="CSV", required=True, help="where the answers go; - for standard output")
    parser.add_argument("--weights", metavar="FILE", help="weights that were saved beside a project (.safetensors)")
    parser.add_argument("--epochs", metavar="N", type=_positive, help="train exactly so many epochs first")
    _add_fresh(parser)


def _add_code(commands: Commands[Parser]) -> None:
    parser = _command(commands, "code", "write a project as one Python file of plain PyTorch", ("code", "code"))
    parser.add_argument("project", metavar=PROJECT, help=PROJECT_HELP)
    parser.add_argument("--out", metavar="FILE", help="the Python file to write; else it is printed")
    parser.add_argument("--distributed", action="store_true",
                        help="for several processes or graphics cards: run the file with torchrun")  # fmt: skip
    parser.add_argument("--weights", metavar="FILE", help="start from these weights, which are put beside --out")
    parser.add_argument("--numpy", action="store_true",
                        help="a dense network with SGD, by hand in numpy alone: forward, backward, update")  # fmt: skip


def _add_experiment(commands: Commands[Parser]) -> None:
    parser = _command(
        commands, "experiment", "run an experiment and tell its verdict", ("experiments", "experiment")
    )
    parser.add_argument("experiment", metavar="NAME-OR-FILE",
                        help="an experiment as `playground experiments` lists them, or a file")  # fmt: skip
    parser.add_argument("--seeds", metavar="N", type=_positive, help="runs of each variant (those of the experiment)")
    parser.add_argument("--workers", metavar="N", type=_not_negative,
                        help="processes that train at once (all cores but one); 0 for this one alone")  # fmt: skip
    parser.add_argument("--fresh", action="store_true", help="run all anew, whatever was measured before")
    parser.add_argument("--guess", metavar="WORDS",
                        help="what you expect: the title of a variant or “equal”, or of a single one holds or "
                             "does-not-hold; it is told how near you were")  # fmt: skip
    parser.add_argument("--out", metavar="FILE",
                        help="save picture, question and answer (.png or .svg), or the table (.csv)")  # fmt: skip
    parser.add_argument("--theme", choices=("light", "dark"), default="light", help="of the picture")
    parser.add_argument("--require", action="store_true",
                        help="exit with 1 when another verdict comes out than before, or, with none before, when the "
                             "claim does not hold")  # fmt: skip
    _add_json(parser)


def _add_cross_validation(commands: Commands[Parser]) -> None:
    parser = _command(
        commands, "cross-validate", "train once for each fold of the data, and tell the scores with their spread",
        ("cross_validation", "cross_validate"),
    )  # fmt: skip
    parser.add_argument("project", metavar=PROJECT, help=PROJECT_HELP)
    parser.add_argument("--folds", metavar="N", type=_folds, default=5,
                        help="folds (5); all leaves one row out each time, or one group")  # fmt: skip
    parser.add_argument("--search", metavar="NAME-OR-FILE",
                        help="nested: search settings anew without each fold; the best are scored on it")  # fmt: skip
    parser.add_argument("--trials", metavar="N", type=_positive, help="trials of each of these searches")
    parser.add_argument("--repeats", metavar="N", type=_positive, default=1, help="divide anew so many times (1)")
    parser.add_argument("--epochs", metavar="N", type=_positive, help="train so many epochs (as the goals say)")
    parser.add_argument("--seed", metavar="N", type=_seed, help="another seed of the network")
    parser.add_argument("--set", metavar="PATH=VALUE", dest="changes", action="append", default=[],
                        help="change a setting, as in train; may be given many times")  # fmt: skip
    parser.add_argument("--workers", metavar="N", type=_not_negative,
                        help="processes that train at once (all cores but one); 0 for this one alone")  # fmt: skip
    parser.add_argument("--fresh", action="store_true", help="run all anew, whatever was measured before")
    parser.add_argument("--out", metavar="CSV", help="save the table of all folds")
    _add_json(parser)


def _folds(text: str) -> int:
    return 0 if text == "all" else _whole(text, 2, 10_000)


def _add_search(commands: Commands[Parser]) -> None:
    parser = _command(commands, "search", "look for the best settings of a project", ("search", "search"))
    parser.add_argument("search", metavar="SEARCH-OR-PROJECT",
                        help="a search file, or a project file or preset together with --over")  # fmt: skip
    parser.add_argument("--over", metavar="SETTING", action="append", default=[],
                        help="a setting to search over: PATH=LOW..HIGH, PATH=LOW..HIGH:log, PATH=LOW..HIGH:step=STEP "
                             "or PATH=A,B,C; may be given many times")  # fmt: skip
    parser.add_argument("--set", metavar="PATH=VALUE", dest="changes", action="append", default=[],
                        help="a setting that all trials have")  # fmt: skip
    parser.add_argument("--trials", metavar="N", type=_positive, help="trials in all, those done before counted (50)")
    parser.add_argument("--sampler", choices=("grid", "random", "tpe", "cma-es", "genetic"),
                        help="who proposes trials: all combinations, chance, Bayesian (tpe), or evolution")  # fmt: skip
    parser.add_argument("--pruner", choices=("none", "median", "successive-halving", "hyperband"),
                        help="who ends trials that promise little (none)")  # fmt: skip
    parser.add_argument("--measure", metavar="NAME", help="what is to be best (validation_loss)")
    parser.add_argument("--epochs", metavar="N", type=_positive, help="epochs of each run")
    parser.add_argument("--steps", metavar="N", type=_positive, help="steps of each run, in the place of epochs")
    parser.add_argument("--seeds", metavar="N", type=_positive, help="runs of each trial; their mean counts (1)")
    parser.add_argument("--folds", metavar="N", type=_positive,
                        help="cross-validate each trial over so many folds; their mean counts (0)")  # fmt: skip
    parser.add_argument("--seed", metavar="N", type=_seed, help="of what the sampler draws (0)")
    parser.add_argument("--storage", metavar="URL",
                        help="where the study is kept, for many machines at once: sqlite:///FILE, "
                             "postgresql://…, mysql+pymysql://…; a file of yours without it")  # fmt: skip
    parser.add_argument("--study", metavar="NAME", help="what the study is called there")
    parser.add_argument("--workers", metavar="N", type=_not_negative,
                        help="processes that train at once (all cores but one); 0 for this one alone")  # fmt: skip
    parser.add_argument("--out", metavar="FILE", help="save the trials (.csv) or a picture (.png, .svg)")
    _add_json(parser)


def _add_fresh(parser: Parser) -> None:
    parser.add_argument("--fresh", action="store_true", help="start anew, whatever was saved beside the project")


def _add_json(parser: Parser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON")


def _whole(text: str, least: int, most: int) -> int:
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise argparse.ArgumentTypeError(f"“{text[:40]}” is not a whole number from {least} to {most}")
    return number


def _positive(text: str) -> int:
    return _whole(text, 1, 10**9)


def _not_negative(text: str) -> int:
    return _whole(text, 0, 10**9)


def _seed(text: str) -> int:
    return _whole(text, 0, 2**31 - 1)


def _size(text: str) -> tuple[int, int]:
    width, cross, height = text.lower().partition("x")
    try:
        size = int(width), int(height)
    except ValueError:
        size = 0, 0
    if not cross or not all(200 <= side <= 10_000 for side in size):
        raise argparse.ArgumentTypeError(f"“{text[:40]}” is not a size such as 1600x1000, each side from 200 to 10000")
    return size
