"""Whether the memory that a process may take is enough to begin: where it is not, libraries wait for ever."""

import importlib

LEAST = 950_000_000  # bytes of address space that a small run needs, most of it for libraries


def explain_limit() -> str:
    """Say that too little memory is allowed here (Linux, macOS); "" where it is enough or has no limit.

    Under a limit the libraries take theirs first: what is short after that is said, not waited for.
    """
    try:
        resource = importlib.import_module("resource")
    except ImportError:  # Windows has no such limit
        return ""
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit == resource.RLIM_INFINITY:
        return ""
    if limit >= LEAST:
        importlib.import_module("scipy.linalg")
        importlib.import_module("scipy.spatial")
        return ""
    return (
        f"There is not enough memory for this. Given: a limit of {limit / 1e6:,.0f} MB. "
        f"Try: a limit of {LEAST / 1e6:,.0f} MB or more (ulimit -v)."
    )
