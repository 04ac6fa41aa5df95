"""What lints say: a message and a fix for each, filled in with what was seen.

A key is a code, or a code, a dot and a variant. A language is one more table with the same keys.
"""

TEXTS: dict[str, dict[str, tuple[str, str]]] = {
    "en": {
        "regroup": (
            "the reshape from {old} to {new} mixes axes: {news} is not {olds} cut and joined in order",
            "{fix}",
        ),
        "regroup.split": (
            "the reshape from {old} to {new} takes apart as {news} what was joined as {olds}",
            "split an axis in the order in which it was joined, then transpose",
        ),
        "regroup.join": (
            "{op} puts side by side an axis joined as {one} and an axis joined as {other}",
            "join the axes in the same order on both sides: transpose before the reshape",
        ),
        "softmax-axis": (
            "softmax along axis {axis} of {shape}, but {product} sums over axis {summed} ({size}): "
            "the weights that are summed do not add up to 1",
            "take the softmax along axis={summed}",
        ),
        "scale": (
            "scores of width {width} are scaled by {scale}, which is not 1/sqrt({width})",
            "divide by the root of the width that is summed over: "
            "scores / ca.ops.sqrt(ca.ops.dim({width}))",
        ),
        "scale.missing": (
            "scores of width {width} go into a softmax without a scale: they grow with sqrt({width})",
            "divide them first: scores / ca.ops.sqrt(ca.ops.dim({width}))",
        ),
        "residual-broadcast": (
            "the residual sum stretches {short} to {shape}: one side is added to every row of the "
            "other",
            "give both sides the shape {shape}; an axis of length 1 or a missing axis comes from "
            "keepdims, an index or a reshape in {path}",
        ),
        "norm-axis": (
            "{norm} along axis {axis} of {shape}, but the features are axis {features}",
            "normalise along the features: axis={features}",
        ),
        "no-gradient": (
            "no output gives {path} a gradient: {why}",
            "use it on a way to an output that has a gradient, or make it an input or a constant",
        ),
    },
}
REASONS = {
    "en": {
        "stop": "stop_gradient cuts it off at {where}",
        "kind": "only {op} reads it at {where}, and what is no float has no gradient",
        "zero": "it is multiplied by a constant 0 at {where}",
        "rule": "{op} has no derivative, at {where}",
        "unread": "nothing that it leads to is a float output",
    },
}
