"""What the measures of an experiment are called in tables and sentences."""

from __future__ import annotations

from playground.document.experiment import Experiment, Measure
from playground.experiments.quantities.registry import BY_ID
from playground.training.metrics.words import metric_words


def measure_title(experiment: Experiment, number: int) -> str:
    """What a measure is called: “test accuracy”, “steps until test accuracy is at least 0.9”."""
    return measure_words(experiment.measures[number])


def judged_title(experiment: Experiment) -> str:
    """What is judged of the variants; “accuracy” where it is the training accuracy of one and the test accuracy of
    another."""
    found = list(dict.fromkeys(measure_title(experiment, one.measure) for one in experiment.variants))
    words = [title.split(" ") for title in found]
    if len(found) == 1:
        return found[0]
    common = 0
    while all(len(one) > common for one in words) and len({one[-1 - common] for one in words}) == 1:
        common += 1
    return " ".join(words[0][len(words[0]) - common :]) if common else " or ".join(found)


def measure_words(measure: Measure) -> str:
    """The same for a measure by itself."""
    name, _, node = measure.quantity.partition(".")
    title = metric_words(measure.quantity, {})
    if name in BY_ID:
        title = BY_ID[name].title[0].lower() + BY_ID[name].title[1:] + (f" of {node}" if node else "")
    if measure.at_least is not None:
        return f"steps until {title} is at least {measure.at_least:g}"
    if measure.at_most is not None:
        return f"steps until {title} is at most {measure.at_most:g}"
    return {"end": title, "start": f"{title} at the start", "best": f"best {title}", "mean": f"mean {title}"}[
        measure.moment
    ]
