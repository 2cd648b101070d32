"""What runs the judging: threads of this machine, each with a child process, or the workers of a cluster.

All of it goes through the `concurrent.futures` interface, so that any engine that offers an Executor will do.
"""

import os
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager

from ray18.errors import EnvironmentProblem
from ray18.fleet.worker import close_all


@contextmanager
def local(jobs: int | None) -> Iterator[Executor]:
    """This machine: so many repositories at a time (default: one for each processor that may be used)."""
    executor = ThreadPoolExecutor(jobs or len(os.sched_getaffinity(0)))
    try:
        yield executor
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
        close_all()
        executor.shutdown()


@contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """The workers of a Dask scheduler, which need the same version of RAY-18 and see the same paths.

    Raises EnvironmentProblem when `distributed` is not installed, or the scheduler cannot be reached.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise EnvironmentProblem("Dask is not installed here", "pip install 'ray18[fleet]'") from error
    try:
        client = Client(address, timeout=5, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise EnvironmentProblem(f"no scheduler answers at {address}: {error}", "start one: dask scheduler") from error
    with client:
        if not client.scheduler_info(n_workers=-1)["workers"]:
            raise EnvironmentProblem(f"the scheduler at {address} has no workers", f"start one: dask worker {address}")
        executor = client.get_executor(pure=False)
        try:
            yield executor
        finally:
            executor.shutdown(wait=False)
