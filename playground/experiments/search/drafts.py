"""A trial drawn up in memory from what was read of a study, and written into its storage at one stroke.

Optuna tells its storage one number at a time: a transaction for each parameter, attribute and state, and the trial read
anew between them. That costs more than a small network's training.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import optuna
from optuna.distributions import BaseDistribution, distribution_to_json
from optuna.exceptions import StorageInternalError
from optuna.samplers import BaseSampler
from optuna.storages import BaseStorage, RDBStorage
from optuna.storages._rdb import models
from optuna.study import Study, StudyDirection
from optuna.trial import FrozenTrial, Trial, TrialState
from sqlalchemy import exc, select
from sqlalchemy.orm import Session

UNWRITTEN = -1
"""What a trial is called that no storage knows yet."""


class Reading(BaseStorage):
    """What was read of a study and one trial that is drawn up; what Optuna tells of the trial stays here.

    Attributes of the study go through to the storage.
    """

    def __init__(self, study: Study, trials: Sequence[FrozenTrial], draft: FrozenTrial) -> None:
        self._study, self._trials, self.draft = study, trials, draft

    def get_all_trials(
        self, study_id: int, deepcopy: bool = True, states: Container[TrialState] | None = None
    ) -> list[FrozenTrial]:
        return [trial for trial in self._trials if states is None or trial.state in states]

    def get_trial(self, trial_id: int) -> FrozenTrial:
        return self.draft

    def set_trial_param(
        self, trial_id: int, param_name: str, param_value_internal: float, distribution: BaseDistribution
    ) -> None:
        self.draft.params[param_name] = distribution.to_external_repr(param_value_internal)
        self.draft.distributions[param_name] = distribution

    def set_trial_user_attr(self, trial_id: int, key: str, value: Any) -> None:
        self.draft.user_attrs[key] = value

    def set_trial_system_attr(self, trial_id: int, key: str, value: Any) -> None:
        self.draft.system_attrs[key] = value

    def get_study_id_from_name(self, study_name: str) -> int:
        return id_of_study(self._study)

    def get_study_name_from_id(self, study_id: int) -> str:
        return self._study.study_name

    def get_study_directions(self, study_id: int) -> list[StudyDirection]:
        return self._study.directions

    def get_study_user_attrs(self, study_id: int) -> dict[str, Any]:
        return self._study.user_attrs

    def get_study_system_attrs(self, study_id: int) -> dict[str, Any]:
        return _storage_of(self._study).get_study_system_attrs(study_id)

    def set_study_system_attr(self, study_id: int, key: str, value: Any) -> None:
        _storage_of(self._study).set_study_system_attr(study_id, key, value)

    def set_study_user_attr(self, study_id: int, key: str, value: Any) -> None:
        self._study.set_user_attr(key, value)

    def _refused(self, *_: object, **__: object) -> Any:
        raise NotImplementedError("A trial is only drawn up here.")

    create_new_study = delete_study = get_all_studies = _refused
    create_new_trial = set_trial_state_values = set_trial_intermediate_value = _refused


def id_of_study(study: Study) -> int:
    """What the storage calls a study."""
    return study._study_id  # Optuna has no public name for it


def _storage_of(study: Study) -> BaseStorage:
    return study._storage  # nor for this


@dataclass(frozen=True)
class Draft:
    """A trial as it is drawn up; what it had before, if it waited, and what has been added."""

    trial: FrozenTrial
    known: frozenset[tuple[str, str]]
    """What the storage has of it: “params” and a name, “user_attrs” and a key, and so on."""

    def added(self, kind: str) -> dict[str, Any]:
        """Of one kind what the storage has not."""
        of_kind: dict[str, Any] = getattr(self.trial, kind)
        return {name: value for name, value in of_kind.items() if (kind, name) not in self.known}


def drawn_up(
    study: Study, trials: Sequence[FrozenTrial], waiting: FrozenTrial | None, sampler: BaseSampler,
    fill: Callable[[Trial], None],
) -> Draft:  # fmt: skip
    """The trial after those that were read, or a waiting one of them, with what `fill` asks the sampler for."""
    if waiting is None:
        one = optuna.create_trial(state=TrialState.WAITING)
        one.number, one._trial_id = len(trials), UNWRITTEN
    else:
        one = optuna.create_trial(
            state=TrialState.WAITING, params=dict(waiting.params), distributions=dict(waiting.distributions),
            user_attrs=dict(waiting.user_attrs), system_attrs=dict(waiting.system_attrs),
        )  # fmt: skip
        one.number, one._trial_id = waiting.number, waiting._trial_id
    one.state = TrialState.RUNNING
    kinds = ("params", "user_attrs", "system_attrs")
    known = frozenset((kind, name) for kind in kinds for name in getattr(one, kind))
    reading = Study(study.study_name, Reading(study, trials, one), sampler, study.pruner)
    fill(Trial(reading, one._trial_id))
    return Draft(one, known)


def written(storage: RDBStorage, study_id: int, draft: Draft, expected: int) -> int | None:
    """Write a drawn up trial as one that runs and is alive; its id. None when the study has not as many trials as
    expected, so that it is another's turn that was drawn up."""
    trial = draft.trial
    with _session(storage) as session:
        if trial._trial_id == UNWRITTEN:
            session.execute(
                select(models.StudyModel.study_id).where(models.StudyModel.study_id == study_id).with_for_update()
            )
            if session.query(models.TrialModel).filter(models.TrialModel.study_id == study_id).count() != expected:
                return None
            row = models.TrialModel(
                study_id=study_id, number=trial.number, state=TrialState.RUNNING, datetime_start=datetime.now()
            )
            session.add(row)
            session.flush()
            trial._trial_id = int(row.trial_id)
            session.add(models.TrialHeartbeatModel(trial_id=trial._trial_id))
        _add_what_is_new(session, draft)
    return trial._trial_id


def _add_what_is_new(session: Session, draft: Draft) -> None:
    trial, own = draft.trial, draft.trial._trial_id
    for name, value in draft.added("params").items():
        distribution = trial.distributions[name]
        session.add(
            models.TrialParamModel(
                trial_id=own, param_name=name, param_value=distribution.to_internal_repr(value),
                distribution_json=distribution_to_json(distribution),
            )
        )  # fmt: skip
    for kind, model in (
        ("user_attrs", models.TrialUserAttributeModel),
        ("system_attrs", models.TrialSystemAttributeModel),
    ):
        for key, value in draft.added(kind).items():
            session.add(model(trial_id=own, key=key, value_json=json.dumps(value)))


def told(storage: RDBStorage, trial_id: int, value: float, key: str, outcome: object) -> None:
    """Write down what came of a trial and that it is complete; nothing where it is finished already."""
    with _session(storage) as session:
        row = session.get(models.TrialModel, trial_id, with_for_update=True)
        if row is None or row.state != TrialState.RUNNING:
            return
        stored, kind = models.TrialValueModel.value_to_stored_repr(value)
        session.add(models.TrialUserAttributeModel(trial_id=trial_id, key=key, value_json=json.dumps(outcome)))
        session.add(models.TrialValueModel(trial_id=trial_id, objective=0, value=stored, value_type=kind))
        row.state = TrialState.COMPLETE
        row.datetime_complete = datetime.now()


@contextmanager
def _session(storage: RDBStorage) -> Iterator[Session]:
    """One transaction. Raises StorageInternalError, as Optuna does."""
    session = storage.scoped_session()
    try:
        yield session
        session.commit()
    except exc.SQLAlchemyError as error:
        session.rollback()
        raise StorageInternalError(str(error)) from error
    finally:
        session.close()
