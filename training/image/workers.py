"""Trains with one single-threaded process per core, which average their gradients.

Threads wait for each other after every operator, processes once a step: beside other work on the machine, two processes
are several times as fast as one with two threads.
"""

import os
import socket
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "text"))
import process


def settle():
    """Like process.settle, but this process may be started with a priority of its own."""
    if not process.ENVIRONMENT.items() <= os.environ.items():
        os.environ.update(process.ENVIRONMENT, OMP_NUM_THREADS="1")
        os.execv(sys.executable, [sys.executable] + sys.argv)


def _enter(rank, count, port, function, arguments):
    import torch
    import torch.distributed as dist
    os.setsid()  # a scheduler that shares the machine by sessions gives each worker its share
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=f"tcp://127.0.0.1:{port}", rank=rank, world_size=count)
    function(rank, count, *arguments)
    dist.destroy_process_group()


def run(function, *arguments):
    """Calls function(rank, count, *arguments) in as many processes as there are cores."""
    import torch.multiprocessing as mp
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    count = os.cpu_count()
    mp.spawn(_enter, (count, port, function, arguments), nprocs=count)


def average(tensors, *numbers):
    """Averages the tensors over the processes, in place, and returns the averages of the numbers."""
    import torch
    import torch.distributed as dist
    flat = torch.cat([t.flatten() for t in tensors] + [torch.tensor(numbers, dtype=torch.float32)])
    dist.all_reduce(flat)
    flat /= dist.get_world_size()
    start = 0
    for t in tensors:
        t.copy_(flat[start:start + t.numel()].view_as(t))
        start += t.numel()
    return flat[start:].tolist()


def exchange(tensors):
    """Every process gets the first tensor of the first process, the second of the second and so on, in turn."""
    import torch
    import torch.distributed as dist
    rank, count = dist.get_rank(), dist.get_world_size()
    flat = torch.cat([(t if i % count == rank else torch.zeros_like(t)).flatten() for i, t in enumerate(tensors)])
    dist.all_reduce(flat)
    for t, new in zip(tensors, flat.split([t.numel() for t in tensors])):
        t.copy_(new.view_as(t))
