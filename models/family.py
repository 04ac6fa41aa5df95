"""What a family of checkpoints is: its classes, its graph, its table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from cutaway.graph import LoadError, Node
from cutaway.graph.errors import explain
from cutaway.interop import Settings, brief
from cutaway.models.rows import Row

Outputs = dict[str, Node]
Build = Callable[[Settings], Outputs]
OLD_NAMES = {"gamma": "weight", "beta": "bias"}  # of norms, in checkpoints from TensorFlow


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One ``model_type``: everything about its checkpoints stands in its file.

    Attributes
    ----------
    name
        The ``model_type`` of its config.json.
    classes
        For each class that config.json may name, what builds its outputs, by their names in
        Hugging Face's code; the first is taken where it names none.
    rows
        The table of tensors and parameters.
    prefix
        What a class with a head puts in front of the names of the model without one.
    optional
        Outputs that are left out where none of their own tensors is there.
    unused
        Tensors that are no mistake where the graph has no use for them: buffers, tied copies.
    """

    name: str
    classes: Mapping[str, Build]
    rows: tuple[Row, ...]
    prefix: str = ""
    optional: frozenset[str] = frozenset()
    unused: tuple[str, ...] = ()

    def build(self, settings: Settings) -> Outputs:
        """Return the outputs of the class that a config.json names, by name.

        Raises
        ------
        LoadError
            If it names another class, or a field cannot be used.
        """
        named = settings.values.get("architectures")
        if named is None or named == []:
            return next(iter(self.classes.values()))(settings)
        if not isinstance(named, list) or not isinstance(named[0], str):
            raise settings.wrong("architectures", "a list of class names", named)
        if named[0] not in self.classes:
            raise LoadError(
                explain(
                    f"a {self.name} checkpoint of a class that is not supported",
                    required=", ".join(self.classes),
                    came=brief(named[0]),
                    where=settings.where,
                    fix="save the model without its head: AutoModel.from_pretrained(FOLDER)"
                    ".save_pretrained(NEW_FOLDER)",
                )
            )
        return self.classes[named[0]](settings)

    def plain(self, tensor: str) -> str:
        """Return a tensor's name without the prefix, and with today's word for its last part.

        Examples
        --------
        >>> Family(name="bert", classes={}, rows=(), prefix="bert.").plain("bert.norm.gamma")
        'norm.weight'
        """
        stem, _, last = tensor.removeprefix(self.prefix).rpartition(".")
        return f"{stem}.{OLD_NAMES.get(last, last)}" if stem else last

    def ignores(self, tensor: str) -> bool:
        """Say whether a tensor that the graph has no use for is no mistake."""
        return any(fnmatchcase(tensor, pattern) for pattern in self.unused)
