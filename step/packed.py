"""A program as text in a page: by columns, and what comes often only once."""

import json
import re
from typing import Any

from cutaway.render.text import clean

Data = dict[str, Any]
ESCAPE = re.compile(r"\\(?:u(?P<code>[0-9a-f]{4})|.)")


def packed(program: Data) -> str:
    """Return a program as JSON that is safe in a page, for ``Machine.read``.

    What a node does not have is null when it is read.

    Examples
    --------
    >>> nodes = [{"op": "causal_mask"}] * 3 + [{"name": "x"}]
    >>> packed({"version": 1, "nodes": nodes}).partition('"nodes":')[2]
    '{"op":{"all":["causal_mask",null],"at":[0,0,0,1]},"name":[null,null,null,"x"]}}'
    """
    nodes = program["nodes"]
    keys = dict.fromkeys(key for node in nodes for key in node)
    columns = {key: _column([node.get(key) for node in nodes]) for key in keys}
    return to_json({**program, "nodes": columns})


def _column(values: list[Any]) -> Any:
    texts = [to_json(value) for value in values]
    unique = list(dict.fromkeys(texts))
    number = {text: place for place, text in enumerate(unique)}
    shared = {"all": [json.loads(text) for text in unique], "at": [number[text] for text in texts]}
    return min(values, shared, key=lambda column: len(to_json(column)))


def to_json(data: object) -> str:
    r"""Return JSON that is safe in a page: it ends no script, and no name in it turns what is read.

    Examples
    --------
    >>> print(to_json({"</script>": "a\u202eb"}))
    {"\u003c/script>":"a\ufffdb"}
    """
    text = json.dumps(data, allow_nan=False, separators=(",", ":"))  # all of it is ASCII
    text = ESCAPE.sub(_cleaned, text).replace("\x7f", "\\ufffd")
    return text.replace("<", "\\u003c")


def _cleaned(escape: re.Match[str]) -> str:
    """Return an escape of JSON, or in its place that of a sign which says that one is left out."""
    code = escape["code"]
    if code is None or "d800" <= code <= "dfff":  # a half of a sign beyond 16 bits
        return escape[0]
    return "\\u" + f"{ord(clean(chr(int(code, 16)))):04x}"
