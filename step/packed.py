"""A program as text in a page: by columns, and what comes often only once."""

import json
from typing import Any

from cutaway.render.text import clean

Data = dict[str, Any]


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
    >>> print(ascii(to_json({"</script>": "a\u202eb"})))
    '{"\\u003c/script>":"a\ufffdb"}'
    """
    text = json.dumps(data, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    return clean(text).replace("<", "\\u003c")
