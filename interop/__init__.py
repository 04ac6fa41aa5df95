"""Readers of file formats, none of which is trusted.

``config.json``, ``model.safetensors`` and ``tokenizer.json`` are read here; what they mean for a
graph stands in ``cutaway.models``. Traces of other programs are files of arrays.
"""

from cutaway.interop.arrays import ENDINGS, read_arrays
from cutaway.interop.document import brief, parse_object, read_text, repr_of
from cutaway.interop.folder import CONFIG, PICKLES, open_folder
from cutaway.interop.header import Entry, read_header, read_notes
from cutaway.interop.settings import Settings
from cutaway.interop.tensors import Tensors
from cutaway.interop.tokenizer import encode, read_tokenizer

__all__ = [
    "CONFIG",
    "ENDINGS",
    "Entry",
    "PICKLES",
    "Settings",
    "Tensors",
    "brief",
    "encode",
    "open_folder",
    "parse_object",
    "read_arrays",
    "read_header",
    "read_notes",
    "read_text",
    "read_tokenizer",
    "repr_of",
]
