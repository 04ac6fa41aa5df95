"""Graph to numbers: evaluate, differentiate, initialise, optimise, decode, count costs."""

from cutaway.run.compile import Compiled, Plan, Run, compile, evaluate
from cutaway.run.cost import cost, cost_by_block, flops, memory
from cutaway.run.decode import greedy_decode
from cutaway.run.differentiate import GradCheck, check_grads, value_and_grad, with_gradients
from cutaway.run.example import example_feeds, example_sizes
from cutaway.run.initialize import initialize
from cutaway.run.optimise import SGD, Adam, AdamW, Optimizer, State, clip_by_norm, warmup
from cutaway.run.trace import trace

__all__ = [
    "SGD",
    "Adam",
    "AdamW",
    "Compiled",
    "GradCheck",
    "Optimizer",
    "Plan",
    "Run",
    "State",
    "check_grads",
    "clip_by_norm",
    "compile",
    "cost",
    "cost_by_block",
    "evaluate",
    "example_feeds",
    "example_sizes",
    "flops",
    "greedy_decode",
    "initialize",
    "memory",
    "trace",
    "value_and_grad",
    "warmup",
    "with_gradients",
]
