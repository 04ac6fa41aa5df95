"""Built-in models: the names that ``cutaway models`` lists."""

from cutaway.models.catalogue import MODELS, Model

__all__ = ["MODELS", "Model"]
