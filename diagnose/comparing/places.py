"""The nodes of a graph by what a reference may call them."""

from functools import cached_property

from cutaway.diagnose.comparing.names import candidates
from cutaway.graph import Graph, Node, Parameter

RETURNED = "returned"  # what the output of a graph is called that has only one


class Places:
    """The nodes of a graph by what they may be called."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._nodes = {graph.path(node): node for node in graph.nodes}
        self._nodes |= {node.name: node for node in graph.inputs}
        self._returned = {RETURNED: graph.outputs[0]} if len(graph.outputs) == 1 else {}

    def find(self, name: str) -> tuple[str, Node | None]:
        """Return the path by which a name was found, and its node."""
        for path in candidates(name):
            if path not in self._nodes:
                path = self._dotted.get(path, path)
            for known in (self._nodes, self._returned, self._scopes, self._ends):
                if path in known:
                    return path, known[path]
        return "", None

    @cached_property
    def _dotted(self) -> dict[str, str]:
        """Paths as those write them who know no ``/``."""
        return {path.replace("/", "."): path for path in self._nodes if "/" in path}

    @cached_property
    def _scopes(self) -> dict[str, Node]:
        """The output of each scope: what is read outside of it, the last if there are several."""
        outputs = set(self._graph.outputs)
        found: dict[str, Node] = {}
        for node in self._graph.nodes:
            if isinstance(node.op, Parameter):
                continue
            names = node.scope.names
            for depth in range(1, len(names) + 1):
                readers = self._graph.readers[node]
                if node in outputs or any(r.scope.names[:depth] != names[:depth] for r in readers):
                    found["/".join(names[:depth])] = node
        return found

    @cached_property
    def _ends(self) -> dict[str, Node]:
        """Nodes and scopes by the ends of their paths, where only one has that end."""
        found: dict[str, set[Node]] = {}
        for path, node in {**self._scopes, **self._nodes}.items():
            parts = path.split("/")
            for begin in range(1, len(parts)):
                found.setdefault("/".join(parts[begin:]), set()).add(node)
        return {path: nodes.pop() for path, nodes in found.items() if len(nodes) == 1}
