"""The order of the modules within their rooms; that of the rooms is import-linter's (`make lint`)."""

from __future__ import annotations

from graphlib import TopologicalSorter

import grimp


def test_no_module_needs_itself_by_way_of_others():
    graph = grimp.build_graph("matebit", exclude_type_checking_imports=True, cache_dir=None)
    needs = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    assert len(needs) > 300
    TopologicalSorter(needs).prepare()  # raises CycleError, which names the circle
