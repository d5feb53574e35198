"""Loads modules anew from code that is kept in memory.

The sandbox loads the room `workflows` anew for each case. From disk that costs a case 13 ms and half a megabyte, and 50
ms more where Python may not cache bytecode; and files that change under a running worker give it two versions at once.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import cache_from_source, find_spec, spec_from_file_location
from pkgutil import walk_packages
from types import CodeType, ModuleType


class _Loader(SourceFileLoader):
    """Executes code that was read once."""

    def __init__(self, fullname: str, path: str) -> None:
        super().__init__(fullname, path)
        self._code = super().get_code(fullname)
        self.cached = cache_from_source(path)

    def get_code(self, fullname: str) -> CodeType | None:
        return self._code


class KeptCode(MetaPathFinder):
    """Finds the modules of one package as they were when it was made, imported or not."""

    def __init__(self, package: str) -> None:
        self._kept: dict[str, tuple[_Loader, list[str] | None]] = {}
        inside = walk_packages(sys.modules[package].__path__, f"{package}.")
        for name in (package, *(module.name for module in inside)):
            spec = find_spec(name)
            if spec is not None and isinstance(spec.loader, SourceFileLoader):
                self._kept[name] = _Loader(name, spec.loader.path), spec.submodule_search_locations

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """A spec for a kept module, None for any other."""
        if fullname not in self._kept:
            return None
        loader, inside = self._kept[fullname]
        spec = spec_from_file_location(fullname, loader.path, loader=loader, submodule_search_locations=inside)
        if spec is not None:
            spec.cached = loader.cached  # else each load works it out from the path again
        return spec


def keep(package: str) -> None:
    """Keep the code of a package that is imported; later loads of its modules use it. Safe to call twice."""
    if package not in _packages:
        _packages.add(package)
        sys.meta_path.insert(0, KeptCode(package))


_packages: set[str] = set()
