"""Models: those that come with cutaway, and pretrained ones in folders."""

from cutaway.models.catalogue import MODELS, BuiltIn
from cutaway.models.checkpoint import Model, build, load
from cutaway.models.families import FAMILIES
from cutaway.models.published import PUBLISHED, Published
from cutaway.models.reading import Reading

__all__ = [
    "FAMILIES",
    "MODELS",
    "PUBLISHED",
    "BuiltIn",
    "Model",
    "Published",
    "Reading",
    "build",
    "load",
]
