"""What the scripts share: the work folder, and how long computations run beside other work on a machine."""

import os
import sys
from pathlib import Path

# The C libraries read these when a process starts. Without the first, large tensors go back to the system after each
# use, and half the time is spent on page faults; the second keeps waiting threads from burning a shared machine.
ENVIRONMENT = {
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1:glibc.malloc.mmap_max=0:"
                      "glibc.malloc.trim_threshold=20000000000:glibc.malloc.top_pad=268435456",
    "OMP_WAIT_POLICY": "PASSIVE",
}


def settle():
    """Lowest priority, and the environment above: to be called before anything heavy is imported."""
    os.nice(19 - os.nice(0))
    if not ENVIRONMENT.items() <= os.environ.items():
        os.environ.update(ENVIRONMENT)
        os.execv(sys.executable, [sys.executable] + sys.argv)


def add_work_option(parser):
    """Data and training checkpoints have no default place: they do not belong into the checkout."""
    known = os.environ.get("TRIPTYCH_WORK")
    parser.add_argument("--work", type=Path, default=known and Path(known), required=not known,
                        help="folder for data and training checkpoints; or set TRIPTYCH_WORK")
