"""Training in several processes: torchrun's launcher, started by the stage; one rank a device."""

from __future__ import annotations

import logging
import os
import signal
import uuid
from typing import TYPE_CHECKING

import torch
from torch import distributed
from torch.distributed.elastic.multiprocessing import SignalException
from torch.distributed.elastic.multiprocessing.errors import ChildFailedError, record
from torch.distributed.launcher.api import LaunchConfig, elastic_launch

from matebit.errors import MatebitError, system_refusals_said
from matebit.logs import JobLog, set_up_logging
from matebit.pipeline.layout import Layout
from matebit.pipeline.lock import job_lock
from matebit.train.interrupt import Interrupted
from matebit.train.ranks import Ranks

if TYPE_CHECKING:
    from matebit.config.stage_params import TrainParams

logger = logging.getLogger("matebit")

_SECONDS_TO_SAVE = 120  # after a SIGTERM, before what is left is killed


def launch(params: TrainParams, layout: Layout, method: str, seed: int, devices: int) -> None:
    """Train in `devices` processes on this machine and wait for them.

    `params` is the train stage's view of the parameters. Raises `MatebitError` with the first failure's own
    sentence, `Interrupted` after a SIGTERM or Ctrl-C.
    """
    config = LaunchConfig(
        min_nodes=1,
        max_nodes=1,
        nproc_per_node=devices,
        run_id=uuid.uuid4().hex,
        rdzv_backend="c10d",
        rdzv_endpoint="localhost:0",
        max_restarts=0,  # the same command goes on from the last state
        shutdown_timeout=_SECONDS_TO_SAVE,
    )
    for name in list(logging.root.manager.loggerDict):  # what failed is said below, once
        if name.startswith(("torch.distributed.elastic", "torch.multiprocessing")):
            logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        finished = elastic_launch(config, train_as_rank)(params, layout, method, seed, _log_file())
    except SignalException as stop:
        raise Interrupted(stop.sigval) from stop
    except ChildFailedError as error:
        rank, failure = error.get_first_failure()
        # what a process that raised wrote is a mapping, what is known of one that was killed a text
        message = failure.message["message"] if isinstance(failure.message, dict) else failure.message
        said = message.removeprefix("MatebitError: ")
        if message.startswith("MatebitError: "):
            raise MatebitError(said) from error
        raise MatebitError(
            f"process {rank} of the {devices} that train {method} failed ({said.strip()}); "
            "the same command goes on from the last state"
        ) from error
    if not all(finished.values()):
        raise Interrupted(signal.SIGTERM)


def _log_file() -> str | None:
    """The log of the job that this process is, for its first rank to go on with."""
    return next((h.baseFilename for h in logger.handlers if isinstance(h, logging.FileHandler)), None)


@record
def train_as_rank(params: TrainParams, layout: Layout, method: str, seed: int, log: str | None) -> bool:
    """One rank, in the environment that torchrun sets; True if training came to its end."""
    from matebit.train.training import Training

    ranks = Ranks(int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"]))
    _speak(ranks, log)
    _join(params.methods[method].train.device)
    # A rank outlives its launcher by the time that saving takes: the next one's ranks wait for it.
    lock = layout.state / "locks" / f"ranks-{method}-seed{seed}-{ranks.rank}.lock"
    try:
        with system_refusals_said(), job_lock(lock, f"rank {ranks.rank} of training {method}"):
            Training(params, layout, method, seed, ranks).run()
    except Interrupted:
        return False
    finally:
        distributed.destroy_process_group()
    return True


def _speak(ranks: Ranks, log: str | None) -> None:
    """The first rank goes on with the stage's log; the others keep to what is wrong."""
    set_up_logging()
    if not ranks.first:
        logger.setLevel(logging.ERROR)
    elif log is not None:
        handler = JobLog(log, mode="a", encoding="utf-8")
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        logger.addHandler(handler)


def _join(device: str) -> None:
    """Meet the other ranks: NCCL between GPUs, gloo between CPU processes."""
    local, beside = int(os.environ["LOCAL_RANK"]), int(os.environ["LOCAL_WORLD_SIZE"])
    if device == "cpu" or not torch.cuda.is_available():
        distributed.init_process_group("gloo")
        return
    if beside > torch.cuda.device_count():
        raise MatebitError(
            f"train.devices asks for {beside} GPUs on this machine, but PyTorch sees "
            f"{torch.cuda.device_count()}: set train.devices to what the job was given"
        )
    torch.cuda.set_device(local)
    distributed.init_process_group("nccl", device_id=torch.device("cuda", local))
