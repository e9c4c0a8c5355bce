"""What users think of films, and users who have not rated any film yet."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from playground.blocks.base import Port
from playground.blocks.signal import Signal
from playground.data.base import Array, Dataset, Examples, Part
from playground.data.words.sentences import WordSentences
from playground.document.declaration import parameter

GENRES = ("comedy", "drama", "horror", "romance")


class Ratings(WordSentences):
    """Stars from 1 to 5 that users gave to films. The users of the test part gave none before."""

    id: ClassVar[str] = "ratings"
    title: ClassVar[str] = "Ratings of films"
    summary: ClassVar[str] = (
        "Stars from 1 to 5 by users for films of four genres, a few for each user. In the test part are only new "
        "users, of whom nothing is known but a form that they filled in."
    )
    question: ClassVar[str] = "How many stars does a user give to a film?"
    outputs: ClassVar[tuple[Port, ...]] = (
        Port("features", "User"), Port("target", "Stars"), Port("item", "Film"), Port("form", "The user’s form"),
    )  # fmt: skip
    divides: ClassVar[bool] = True
    unfolded: ClassVar[str] = "its test part holds users of its own"

    users: int = parameter(80, ge=10, le=1_000, logarithmic=True, help="How many users there are.")
    films: int = parameter(40, ge=8, le=1_000, logarithmic=True, help="How many films there are.")
    each: int = parameter(20, ge=2, le=200, logarithmic=True, label="Ratings of each", help="Films that a user rates.")
    noise: float = parameter(0.3, ge=0.0, le=2.0, help="Deviation of what nobody can foretell, in stars.")

    def vocabulary(self) -> tuple[str, ...]:
        return tuple(f"u{number + 1}" for number in range(self.users))

    def film_names(self) -> tuple[str, ...]:
        """The films, each called after its genre."""
        return tuple(f"{GENRES[number % len(GENRES)]}-{number // len(GENRES) + 1}" for number in range(self.films))

    def words_read(self) -> int:
        return 1

    def input_form(self, known: object) -> None:
        """None: a user alone says nothing, and films are asked for at another port."""

    def subtitle(self) -> str:
        return f"{self.users} users, {self.films} films"

    def signals(self) -> tuple[Signal, ...]:
        film = Signal((1,), kind="tokens", scale="index", axes=("time",), classes=self.film_names())
        return self.word_signal(), Signal((1,), low=1.0, high=5.0), film, Signal((len(GENRES),), low=0.0, high=1.0)

    def generate(self, generator: np.random.Generator) -> Examples:
        each = min(self.each, self.films)
        taste = generator.uniform(-1.0, 1.0, (self.users, len(GENRES)))
        mild = generator.normal(0.0, 0.4, self.users)
        known_for = generator.normal(0.0, 0.4, self.films)
        seen = np.stack([generator.permutation(self.films)[:each] for _ in range(self.users)])  # (users, each)
        who = np.repeat(np.arange(self.users), each)
        film = seen.reshape(-1)
        stars = 3.0 + mild[who] + known_for[film] + 1.5 * taste[who, film % len(GENRES)]
        stars = np.clip(stars + generator.normal(0.0, self.noise, len(who)), 1.0, 5.0).astype(np.float32)
        form = (0.5 + 0.5 * taste)[who].astype(np.float32)
        fields: dict[str, Array] = {"item": film[:, None].astype(np.int64), "form": form}
        new = generator.permutation(self.users)[round(self.users * (self.train_share + self.validation_share)) :]
        rows = known_and_new(who, new, self.validation_share / (self.train_share + self.validation_share), generator)
        return Examples(who[:, None].astype(np.int64), stars[:, None], fields=fields, rows=rows)


def known_and_new(
    who: NDArray[np.int64], new: NDArray[np.int64], held_out: float, generator: np.random.Generator
) -> dict[Part, NDArray[np.int64]]:
    """Rows of the parts: all of the new users are for the test, of the others a share is held out to validate."""
    tested = np.isin(who, new)
    known = generator.permutation(np.flatnonzero(~tested))
    cut = round(len(known) * held_out)
    return {"train": known[cut:], "validation": known[:cut], "test": np.flatnonzero(tested)}


DATASETS: tuple[type[Dataset], ...] = (Ratings,)
