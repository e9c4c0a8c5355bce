"""Where a search is kept: a study of Optuna in an SQLite file or a database, found by its URL."""

from __future__ import annotations

import logging
import time
import warnings
from dataclasses import dataclass
from typing import Any

import optuna
from optuna.exceptions import DuplicatedStudyError, ExperimentalWarning, StorageInternalError
from optuna.storages import RDBStorage
from optuna.study import Study
from sqlalchemy import event, exc

from playground.experiments.search.samplers import pruner_of
from playground.experiments.search.task import SearchFault, Task
from playground.paths import user_data

BEAT = 5
"""Seconds between two signs of life of a trial that runs."""
GRACE = 30
"""Seconds without a sign after which a trial is lost, and taken up again."""
WAIT = 60.0
"""Seconds to wait for another process that writes into the same file."""
TRIES = 5
"""Two processes that both make the tables of a new file disturb each other; the second finds them soon."""
DRIVERS = {"postgresql": "psycopg[binary]", "mysql": "PyMySQL", "mariadb": "PyMySQL"}
KEY = "search"
"""Attribute of a study: the key of the search that it is of."""

warnings.filterwarnings("ignore", category=ExperimentalWarning)
optuna.logging.disable_default_handler()
optuna.logging.set_verbosity(logging.ERROR)


@dataclass(frozen=True)
class Place:
    """Where a study is kept, and how its trials show that they are alive."""

    url: str
    name: str
    beat: int = BEAT
    grace: int = GRACE
    local: bool = False
    """A file of this computer alone, which may be written faster than one on a drive that several share."""

    @classmethod
    def usual(cls, task: Task, stem: str, url: str | None = None, name: str | None = None) -> Place:
        """In the file of the person at this computer, under the name of the search and what it is of: a search that
        was changed begins anew. Raises OSError where there can be no such file."""
        usual = f"sqlite:///{user_data() / 'searches.sqlite'}"
        return cls(url or usual, name or f"{stem}-{task.key[:8]}", local=url is None)


@dataclass(frozen=True)
class Opened:
    """A study that is open."""

    study: Study
    storage: RDBStorage
    id: int


def open_study(task: Task, place: Place) -> Opened:
    """The study of a search, made when it is not there yet. Raises SearchFault."""
    try:
        storage = _storage(place)
        study = _study(storage, place.name, task)
        if KEY not in study.user_attrs and not study.get_trials(deepcopy=False):
            study.set_user_attr(KEY, task.key)
        if study.user_attrs.get(KEY) != task.key:
            raise SearchFault(
                f"The study “{place.name}” there is of another search: its settings, runs or project were others. "
                "Give this one a name of its own, with --study NAME."
            )
        return Opened(study, storage, storage.get_study_id_from_name(place.name))
    except (StorageInternalError, exc.SQLAlchemyError) as error:
        raise storage_fault(error) from error


def _study(storage: RDBStorage, name: str, task: Task) -> Study:
    pruner = pruner_of(task)
    try:
        return optuna.create_study(
            storage=storage, study_name=name, pruner=pruner, load_if_exists=True,
            direction="maximize" if task.maximizes else "minimize",
        )  # fmt: skip
    except DuplicatedStudyError:  # made by another process just now
        return optuna.load_study(storage=storage, study_name=name, pruner=pruner)


def _storage(place: Place) -> RDBStorage:
    options: dict[str, Any] = {}
    if place.url.startswith("sqlite"):
        options["connect_args"] = {"timeout": WAIT}
    url = place.url
    if url.startswith("postgresql:"):
        url = url.replace("postgresql:", "postgresql+psycopg:", 1)  # which driver is the usual one has changed
    for left in range(TRIES - 1, -1, -1):
        try:
            storage = RDBStorage(url, options, heartbeat_interval=place.beat, grace_period=place.grace)
            break
        except (ImportError, exc.NoSuchModuleError) as error:
            raise _driver_fault(place.url) from error
        except exc.ArgumentError as error:
            raise SearchFault(
                f"“{place.url}” is no address of a storage; such are sqlite:///FILE, "
                "postgresql://USER:PASSWORD@HOST/DATABASE and mysql+pymysql://USER:PASSWORD@HOST/DATABASE."
            ) from error
        except (StorageInternalError, exc.OperationalError, exc.IntegrityError):
            if not left or not place.url.startswith("sqlite"):
                raise
            time.sleep(0.1)
        except RuntimeError as error:  # the tables of another version of Optuna
            raise SearchFault(f"The studies there cannot be read: {error}") from error
    if storage.engine.name == "sqlite":
        _begin_with_the_lock(storage, place.local)
    return storage


def _begin_with_the_lock(storage: RDBStorage, local: bool) -> None:
    """SQLite takes its lock with the first word that is written. So two processes that both read “waiting” would both
    take the trial; they must have the lock before they read."""

    def connected(connection: Any, _: object) -> None:
        connection.isolation_level = None  # or Python begins by itself
        connection.execute("PRAGMA synchronous = NORMAL")
        if local:
            connection.execute("PRAGMA journal_mode = WAL")

    def begun(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    event.listen(storage.engine, "connect", connected)
    event.listen(storage.engine, "begin", begun)
    storage.engine.dispose()  # connections from before have not heard of it


def _driver_fault(url: str) -> SearchFault:
    kind = url.partition(":")[0].partition("+")[0]
    if kind not in DRIVERS:
        return SearchFault(f"There is no storage of the kind “{kind}”; there are sqlite, postgresql and mysql.")
    hint = "" if kind == "postgresql" else ", and write the address as mysql+pymysql://…"
    return SearchFault(
        f"The driver that speaks with {kind} is not installed here. Install it: pip install {DRIVERS[kind]}{hint}."
    )


def storage_fault(error: BaseException) -> SearchFault:
    """Why a storage did not answer, for people."""
    reason = error.__cause__ or error
    words = str(getattr(reason, "orig", None) or reason).strip().splitlines()
    return SearchFault(f"The storage of the search does not answer: {words[0] if words else type(reason).__name__}.")
