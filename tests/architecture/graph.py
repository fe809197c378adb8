"""Who imports whom, module by module."""

import graphlib
from collections.abc import Mapping

import grimp

from .source import PRODUCT


def imports() -> dict[str, set[str]]:
    """Each module of the product with the modules that it imports, types only included; tests are left out."""
    graph = grimp.build_graph(*PRODUCT, cache_dir=None)
    modules = {module for module in graph.modules if ".tests" not in module}
    return {module: graph.find_modules_directly_imported_by(module) & modules for module in modules}


def cycle(graph: Mapping[str, set[str]]) -> list[str]:
    """The modules of one cycle, in order, or nothing."""
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return list(reversed(error.args[1]))
    return []
