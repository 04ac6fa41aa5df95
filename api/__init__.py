"""A Transformer, written once as a dataflow graph: numbers, gradients, proofs and pictures of it.

>>> import cutaway as ca
>>> B, T, D, H = ca.dims("B T D H")
>>> y = ca.layers.multi_head_attention(ca.input("x", (B, T, D)), heads=H)
>>> print(ca.verify(ca.Graph(y)))
valid iff H | D

Everything is imported on first use, so that ``import cutaway`` itself is quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cutaway import (
        diagnose,
        figures,
        graph,
        interop,
        layers,
        models,
        ops,
        render,
        run,
        shapes,
        step,
        training,
        transform,
    )
    from cutaway.diagnose import Comparison, compare, debug
    from cutaway.figures import attention_maps, figure
    from cutaway.graph import (
        ContractError,
        Cost,
        CutawayError,
        DimError,
        DTypeError,
        FeedError,
        GradError,
        Graph,
        LoadError,
        Node,
        OptionError,
        SaveError,
        ShapeError,
        Trace,
        TrainingError,
        block,
        constant,
        dims,
        input,
        parameter,
        parameter_count,
        scope,
    )
    from cutaway.models import load
    from cutaway.render import draw
    from cutaway.run import (
        check_grads,
        compile,
        cost,
        cost_by_block,
        evaluate,
        flops,
        greedy_decode,
        initialize,
        memory,
        trace,
        value_and_grad,
    )
    from cutaway.shapes import Contract, explain, verify
    from cutaway.step import Stepper
    from cutaway.training import attention_entropy, fit
    from cutaway.transform import formula, grad

__version__ = "0.1.0"

_HOME = {
    "diagnose": "Comparison compare debug",
    "figures": "attention_maps figure",
    "graph": (
        "ContractError Cost CutawayError DTypeError DimError FeedError GradError Graph LoadError "
        "Node OptionError SaveError ShapeError Trace TrainingError block constant dims input "
        "parameter parameter_count scope"
    ),
    "models": "load",
    "render": "draw",
    "run": (
        "check_grads compile cost cost_by_block evaluate flops greedy_decode initialize memory "
        "trace value_and_grad"
    ),
    "shapes": "Contract explain verify",
    "step": "Stepper",
    "training": "attention_entropy fit",
    "transform": "formula grad",
}
_MODULES = (
    "diagnose",
    "figures",
    "graph",
    "interop",
    "layers",
    "models",
    "ops",
    "render",
    "run",
    "shapes",
    "step",
    "training",
    "transform",
)
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"cutaway.{name}")
    if name in _MODULE_OF:
        import_module("cutaway.ops")  # gives nodes their arithmetic
        value = getattr(import_module(f"cutaway.{_MODULE_OF[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'cutaway' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*_MODULE_OF, *_MODULES, "__version__"])


__all__ = [
    "Comparison",
    "Contract",
    "ContractError",
    "Cost",
    "CutawayError",
    "DTypeError",
    "DimError",
    "FeedError",
    "GradError",
    "Graph",
    "LoadError",
    "Node",
    "OptionError",
    "SaveError",
    "ShapeError",
    "Stepper",
    "Trace",
    "TrainingError",
    "attention_entropy",
    "attention_maps",
    "block",
    "check_grads",
    "compare",
    "compile",
    "constant",
    "cost",
    "cost_by_block",
    "debug",
    "diagnose",
    "dims",
    "draw",
    "evaluate",
    "explain",
    "figure",
    "figures",
    "fit",
    "flops",
    "formula",
    "grad",
    "graph",
    "greedy_decode",
    "initialize",
    "input",
    "interop",
    "layers",
    "load",
    "memory",
    "models",
    "ops",
    "parameter",
    "parameter_count",
    "render",
    "run",
    "scope",
    "shapes",
    "step",
    "trace",
    "training",
    "transform",
    "value_and_grad",
    "verify",
]
