"""Modules that had another name before they had rooms: the old name still imports, and says the new one."""

import functools
import importlib
import sys
import tomllib
import warnings
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any


@functools.cache
def read_moved() -> dict[str, dict[str, str]]:
    """Return what had another name or home before: ``modules`` and ``names``, by what they were called."""
    from importlib.resources import files

    text = (files(__package__) / "data" / "moved.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def find_further(room: str, otherwise: Callable[[str], Any]) -> Callable[[str], Any]:
    """Return a room's ``__getattr__`` that also finds the names it had on its face before."""

    def find(name: str) -> Any:
        home = read_moved()["names"].get(f"{room}.{name}")
        return otherwise(name) if home is None else getattr(importlib.import_module(home), name)

    return find


class _Moved(MetaPathFinder, Loader):
    """Gives the module of today under the name of before: one module, whichever name it is asked by."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        ours = fullname.startswith(("hotspots.", "maps."))
        return ModuleSpec(fullname, self) if ours and fullname in read_moved()["modules"] else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        now = read_moved()["modules"][spec.name]
        warnings.warn(f"{spec.name} is {now} now; the old name goes with version 1.0", DeprecationWarning, 2)
        module = importlib.import_module(now)
        self.spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self.spec  # importing under another name had set it anew


if not any(isinstance(finder, _Moved) for finder in sys.meta_path):
    sys.meta_path.append(_Moved())
