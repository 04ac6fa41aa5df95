"""Built-in models: the names that ``cutaway models`` lists."""

from cutaway.models.catalogue import MODELS, Model
from cutaway.models.published import PUBLISHED, Published

__all__ = ["MODELS", "PUBLISHED", "Model", "Published"]
