"""What each stage may read of the parameters, as types: a read of another section is an error of mypy.

The sections are those of the stage's row in `pipeline/stages.py`, which gives a stage no others at run time
(`StageParams`); a test holds rows and types together. What several stages call has types of its own. The
resolved parameters fit all of them, but for `code`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matebit.config.data import ConditionsConfig, DataConfig, PairsConfig
    from matebit.config.features import FeatureConfig
    from matebit.config.metrics import MetricsConfig
    from matebit.config.report import ReportConfig
    from matebit.config.schema import MethodSections
    from matebit.config.segmenter import JointsConfig, MiouConfig
    from matebit.config.translate import GivenImages, TranslateConfig


class _Name(Protocol):
    @property
    def name(self) -> str: ...


class _Seed(Protocol):
    @property
    def seed(self) -> int: ...


class _Threads(Protocol):
    @property
    def threads(self) -> int: ...


class _Data(Protocol):
    @property
    def data(self) -> DataConfig: ...


class _Conditions(Protocol):
    @property
    def conditions(self) -> ConditionsConfig: ...


class _Pairs(Protocol):
    @property
    def pairs(self) -> PairsConfig: ...


class _Features(Protocol):
    @property
    def features(self) -> FeatureConfig: ...


class _Seeds(Protocol):
    @property
    def seeds(self) -> Sequence[int]: ...


class _Order(Protocol):
    @property
    def order(self) -> Sequence[str]: ...


class _Methods(Protocol):
    @property
    def methods(self) -> Mapping[str, MethodSections | GivenImages]: ...


class _Translate(Protocol):
    @property
    def translate(self) -> TranslateConfig: ...


class _Metrics(Protocol):
    @property
    def metrics(self) -> MetricsConfig: ...


class _Report(Protocol):
    @property
    def report(self) -> ReportConfig: ...


class _Code(Protocol):
    @property
    def code(self) -> str:
        """The digest of the stage's own source."""


class _Trained(Protocol):
    @property
    def methods(self) -> Mapping[str, MethodSections]:
        """Of the methods that are trained, and no other is."""


class _Parsing(Protocol):
    @property
    def names(self) -> Sequence[str]: ...

    @property
    def miou(self) -> MiouConfig: ...

    @property
    def joints(self) -> JointsConfig: ...


class MethodsParams(_Methods, Protocol):
    """What tells networks from given images."""


class RunsParams(_Methods, _Seeds, Protocol):
    """What the runs of an experiment follow from."""


class PairedParams(_Data, _Pairs, Protocol):
    """What a set of pictures with their exemplars needs."""


class TrainedOnParams(_Data, _Conditions, _Pairs, Protocol):
    """What the examples of a training need."""


class DataParams(_Data, _Seed, Protocol):
    """Of the stage `data`."""


class ConditionsParams(_Data, _Conditions, _Seed, Protocol):
    """Of the stage `conditions`."""


class PairsParams(_Data, _Pairs, _Features, _Seed, _Threads, Protocol):
    """Of the stage `pairs`."""


class SegmenterParams(_Data, _Threads, Protocol):
    """Of the stage `segmenter`."""

    @property
    def metrics(self) -> _Parsing:
        """Which metrics are chosen, and what parses translated images and finds joints in them."""


class TrainParams(_Data, _Conditions, _Pairs, _Features, _Seed, _Threads, _Trained, _Code, Protocol):
    """Of the stage `train`."""


class TranslateParams(_Data, _Conditions, _Pairs, _Translate, _Seed, _Threads, _Methods, Protocol):
    """Of the stage `translate`."""


class MetricsParams(_Data, _Conditions, _Pairs, _Features, _Metrics, _Seed, _Threads, _Code, Protocol):
    """Of the stage `metrics`."""


class ReportParams(
    _Data, _Conditions, _Pairs, _Features, _Methods, _Metrics, _Name, _Order, _Report, _Seed, _Seeds,
    _Threads, Protocol,
):  # fmt: skip
    """Of the stage `report`."""
