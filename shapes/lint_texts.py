"""What lints say: a message and a fix for each, filled in with what was seen.

A key is a code, or a code, a dot and a variant. A language is one more table with the same keys.
"""

TEXTS: dict[str, dict[str, tuple[str, str]]] = {
    "en": {
        "regroup": (
            "the reshape from {old} to {new} mixes axes: {news} is not {olds} cut and joined in "
            "order",
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
            "scores of width {width} go into a softmax unscaled: they grow with sqrt({width})",
            "divide them first: scores / ca.ops.sqrt(ca.ops.dim({width}))",
        ),
        "residual-broadcast": (
            "the residual sum {sides} stretches {branch} to {shape}: many elements get the same",
            "give both sides the shape {shape}: look for keepdims, an index or a missing axis",
        ),
        "norm-axis": (
            "{norm} along axis {axis} of {shape}, but the features are axis {features}",
            "normalise along the features: axis={fix}",
        ),
        "no-gradient.stop": (
            "{path} gets no gradient from any output: {end} ({where}) cuts it off",
            "take stop_gradient away, or make it an input or a constant",
        ),
        "no-gradient.kind": (
            "{path} gets no gradient from any output: what {end} ({where}) gives is no float",
            "use it where it stays a float, or make it an input or a constant",
        ),
        "no-gradient.zero": (
            "{path} gets no gradient from any output: {end} ({where}) multiplies it by 0",
            "take the 0 away, or make it an input or a constant",
        ),
        "no-gradient.rule": (
            "{path} gets no gradient from any output: {end} ({where}) has no derivative",
            "use an op that has one, or make it an input or a constant",
        ),
    },
}
