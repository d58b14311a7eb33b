"""Two folders exchanged in one step, so that no moment is without a result."""

import ctypes
import os
import sys
from pathlib import Path

EXCHANGE = 2  # RENAME_EXCHANGE of Linux, RENAME_SWAP of macOS
HERE = -100  # AT_FDCWD: paths start at the working directory


def exchange_folders(one: Path, other: Path) -> bool:
    """Give each of two folders the other's name, both at once; False, and nothing done, where it cannot be.

    Linux and macOS can on their own disks; Windows and many network drives cannot.
    """
    if sys.platform not in ("linux", "darwin"):
        return False
    system, names = ctypes.CDLL(None), (os.fsencode(one), os.fsencode(other))
    if hasattr(system, "renameat2"):
        failed = system.renameat2(HERE, names[0], HERE, names[1], EXCHANGE)
    elif hasattr(system, "renamex_np"):
        failed = system.renamex_np(*names, EXCHANGE)
    else:
        return False
    return not failed
