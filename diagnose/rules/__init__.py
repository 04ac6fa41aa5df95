"""The rules of ``ca.debug``: each looks for one kind of mistake in a graph, or in its numbers."""
