"""The families of checkpoints that can be read, by the ``model_type`` of their config.json.

A new one is a file here with its :class:`~cutaway.models.family.Family`, its name in ``FAMILIES``,
and a folder for each of its classes in ``tests/oracles/families``.
"""

from cutaway.models.families.bert import BERT
from cutaway.models.families.distilbert import DISTILBERT
from cutaway.models.families.gpt2 import GPT2
from cutaway.models.families.roberta import ROBERTA
from cutaway.models.family import Family

FAMILIES: dict[str, Family] = {f.name: f for f in (BERT, ROBERTA, DISTILBERT, GPT2)}

__all__ = ["FAMILIES"]
