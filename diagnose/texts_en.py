"""What findings say, in English: by key, a message and what usually mends it."""

ENGLISH: dict[str, tuple[str, str]] = {
    "nan.parameter": (
        "the parameter {name} holds {count} of {size} numbers that are NaN or infinite, the first "
        "at {place}",
        "go back to a checkpoint before they came; a learning rate too high makes them",
    ),
    "inf.parameter": (
        "the parameter {name} holds {count} of {size} numbers that are infinite, the first at "
        "{place}",
        "go back to a checkpoint before they came; a learning rate too high makes them",
    ),
    "nan.input": (
        "the input {name} holds NaN: {count} of {size} numbers, the first at {place}",
        "look at what makes the input",
    ),
    "nan.root": (
        "{op} of a negative number ({least:.3g}) is NaN",
        "keep the operand at 0 or above: square it, or ca.ops.maximum(x, 0.0)",
    ),
    "nan.log": (
        "{op} of a negative number ({least:.3g}) is NaN",
        "take the logarithm of what is positive: ca.ops.maximum(x, 1e-12)",
    ),
    "nan.zero": (
        "{op} divides 0 by 0",
        "keep the denominator from 0: add an eps, or ca.ops.maximum(total, 1e-12)",
    ),
    "nan.minus": (
        "{op} takes infinity from infinity, which is NaN",
        "mask with ca.ops.where(mask, scores, -float('inf')) and let ca.ops.softmax take it: it "
        "gives 0 to a row that is masked as a whole",
    ),
    "nan.times": (
        "{op} multiplies 0 by infinity, which is NaN",
        "choose instead of multiplying: ca.ops.where(mask, scores, -float('inf'))",
    ),
    "nan.overflow": (
        "{op} of numbers from {least:.3g} to {most:.3g} is NaN",
        "look at its operands: one is out of range",
    ),
    "nan.exp": ("{op} of numbers up to {most:.3g} is NaN", "look at its operand"),
    "inf.exp": (
        "{op} of {most:.3g} is more than {dtype} holds",
        "take the largest off first, or use ca.ops.softmax, ca.ops.log_softmax, ca.ops.logsumexp",
    ),
    "inf.log": (
        "{op} of 0 is −∞",
        "ca.ops.log_softmax for probabilities; else ca.ops.log(x + 1e-12)",
    ),
    "inf.zero": (
        "{op} divides by 0",
        "keep the denominator from 0: add an eps, or ca.ops.maximum(total, 1e-12)",
    ),
    "inf.root": ("{op} of 0 to a negative power is infinite", "add an eps to its operand"),
    "inf.minus": ("{op} gives infinity", "look at its operands"),
    "inf.times": ("{op} gives infinity", "look at its operands"),
    "inf.overflow": (
        "{op} of numbers from {least:.3g} to {most:.3g} is more than {dtype} holds",
        "scale what comes in: a norm before it, smaller weights, or a wider float",
    ),
    "gradient.nan": (
        "backward, the gradient through {op} is NaN or infinite (in {backward}) where its value "
        "is {least:.3g} to {most:.3g}",
        "keep it from where its slope is infinite: sqrt(x + eps), x / (norm + eps), log(x + eps); "
        "ca.ops.where does not hide it, for 0 times infinity is NaN",
    ),
    "overflow": (
        "numbers of up to {most:.3g}: above {limit:.3g} their squares are more than {dtype} holds",
        "find where they grow: a norm, a scale or smaller first weights",
    ),
    "exp.naive": (
        "exponentials are summed whose exponent has no bound: above 88.7 they overflow in "
        "float32, above 11 in float16",
        "take the largest off first, or use ca.ops.softmax, ca.ops.logsumexp, ca.ops.softplus",
    ),
    "log.softmax": (
        "the logarithm of a softmax: a score 104 below the largest has probability 0 in float32, "
        "and the logarithm is −∞",
        "ca.ops.log_softmax(scores), or ca.ops.cross_entropy",
    ),
    "log.zero": (
        "the logarithm of {of}, which can be 0: it is −∞ there, and the gradient is infinite",
        "ca.ops.log(x + 1e-12), or a form that is never 0: log_softmax, softplus",
    ),
    "root.zero": (
        "the root of {of}, which can be 0: its slope is infinite there, and the gradient NaN",
        "add an eps under the root: ca.ops.sqrt(x + 1e-5)",
    ),
    "divide.zero": (
        "a division by {of}, which can be 0",
        "ca.ops.maximum(total, 1e-12), or add an eps",
    ),
    "softmax.loss": (
        "{op} takes scores and makes its own softmax of them, but {of} is a softmax already: no "
        "loss falls below a bound, and gradients are small",
        "give it the scores",
    ),
    "softmax.cut": (
        "{op} takes scores, but {curve} cuts them off first: they may be any number",
        "give it what {curve} reads",
    ),
    "softmax.sum": (
        "exponentials of scores weigh values, and nothing divides them by their sum: weights do "
        "not add up to 1",
        "divide by exponentials.sum(axis=-1, keepdims=True), or use ca.ops.softmax",
    ),
    "softmax.twice": ("a softmax of {of}, which is a softmax already", "leave one of them out"),
    "softmax.batch": (
        "a softmax along the first axis ({size}) of {shape}: the probabilities of an example's "
        "{classes} classes do not add up to 1",
        "take the softmax along axis=-1",
    ),
    "softmax.classes": (
        "a softmax along axis {axis} ({size}) of {shape}, from whose last axis a target picks its "
        "class: the probabilities of the classes do not add up to 1",
        "take the softmax along axis=-1",
    ),
    "eps.small": (
        "eps is {eps:.3g}: in {dtype} a row that is constant but for rounding has a variance of "
        "about {least:.2g}, which this does not cover",
        "eps=1e-5, or 1e-12 at least",
    ),
    "eps.none": (
        "a norm without eps: a constant row is divided by 0",
        "eps=1e-5",
    ),
    "norm.mean": (
        "the mean is taken off, and nothing divides by the deviation: that is half a LayerNorm",
        "ca.layers.layer_norm(x), or divide by ca.ops.sqrt(variance + eps)",
    ),
    "norm.root": (
        "a value is divided by the mean, or the sum, of its squares, not by the root of it",
        "divide by ca.ops.sqrt(variance + eps)",
    ),
    "norm.times": (
        "a value is multiplied by the root of the mean of its squares, not divided by it: what is "
        "large grows",
        "divide by ca.ops.sqrt(variance + eps), or multiply by ca.ops.rsqrt(variance + eps)",
    ),
    "norm.sum": (
        "a value is divided by the root of the sum of its squares, not of their mean: "
        "the wider it is, the smaller what comes out",
        "divide by ca.ops.sqrt(variance + eps), where the variance is a mean",
    ),
    "norm.centre": (
        "a value is divided by its deviation, and its mean is left in: that is half a LayerNorm",
        "divide (x - mean), not x",
    ),
    "norm.axes": (
        "the mean is along the axes {mean}, the variance along {variance}",
        "take both along the same axis",
    ),
    "norm.constant": (
        "a norm of rows that are constant: their variance {variance:.2g} is far below eps = "
        "{eps:.2g}, so what comes out is next to 0",
        "look at what it reads: it does not differ from feature to feature, or is very small",
    ),
    "mask.sign": (
        "the mask makes scores larger by {most:.3g} where it should hide them: its sign is wrong",
        "add -1e9 where a key is hidden, or ca.ops.where(mask, scores, -float('inf'))",
    ),
    "mask.across": (
        "a causal mask between two sequences: how many keys of the other a query sees depends on "
        "its own position",
        "leave it out: what is known of the other sequence may be seen; hide padding alone",
    ),
    "mask.after": (
        "a mask behind the softmax: weights of a query add up to {sum:.3g} instead of 1",
        "mask the scores: ca.ops.softmax(ca.ops.where(mask, scores, -float('inf')))",
    ),
    "mask.fill": (
        "what is masked gets the score {fill:.3g}, and still {left:.3g} of the weight",
        "fill with -float('inf') or -1e9",
    ),
    "mask.times": (
        "scores are multiplied with a mask: what is hidden has the score 0, and still {left:.3g} "
        "of the weight",
        "ca.ops.where(mask, scores, -float('inf'))",
    ),
    "mask.times-infinity": (
        "scores are multiplied with −∞: their sign decides what that makes of them",
        "ca.ops.where(mask, scores, -float('inf'))",
    ),
    "mask.flags": (
        "a mask of 0 and 1 is added to the scores: what is hidden still has {left:.3g} of the "
        "weight",
        "ca.ops.where(mask, scores, -float('inf')), or add (1 - mask) * -1e9",
    ),
    "mask.queries": (
        "the mask {shape} has one value for each query and length 1 along the keys: it hides all "
        "keys or none",
        "put its length on the last axis: mask[:, None, None, :]",
    ),
    "mask.inverted": (
        "the mask is upside down: of {queries} positions none sees what came before it, and they "
        "see what comes after",
        "True is where a query may attend: ca.ops.where(mask, scores, -float('inf')) with "
        "ca.ops.causal_mask(T)",
    ),
    "mask.self": (
        "no position sees itself, and the first sees nothing",
        "let the diagonal in: rows >= columns, as ca.ops.causal_mask(T) does",
    ),
    "mask.only-self": (
        "every position sees itself alone: attention mixes nothing",
        "ca.ops.causal_mask(T) lets in what came before",
    ),
    "mask.ahead": (
        "every position sees one step ahead: the token that it is to predict",
        "rows >= columns, as ca.ops.causal_mask(T) does",
    ),
    "mask.padding": (
        "all {of} queries see no key, though no token is padding: the mask is upside down",
        "True is where a query may attend: ca.ops.not_equal(tokens, padding)",
    ),
    "mask.leaves": (
        "a mask compares tokens with {number}, and does not hide those that are: still {left:.3g} "
        "of a query's weight is on one",
        "ca.ops.where(ca.ops.not_equal(tokens, {number})[:, None, None, :], scores, -float('inf'))",
    ),
    "mask.row": (
        "{rows} of {of} queries, over all heads, see no key: their rows are masked as a whole",
        "leave every query a key: itself, or a first token",
    ),
    "target.shift": (
        "the prediction at a position sees its own target: {tokens} stands in the input there",
        "predict the next: feed {tokens}[:, :-1], and compare with {tokens}[:, 1:]",
    ),
    "target.seen": (
        "the prediction at a position depends on its own target in {tokens}",
        "cut the way: a causal mask, or another input",
    ),
    "causal.leak": (
        "without a causal mask a position sees the next of {tokens}, which it is to predict",
        "mask=ca.ops.causal_mask(T)",
    ),
    "causal.other": (
        "no causal mask, while other attention over the same positions has one",
        "mask=ca.ops.causal_mask(T)",
    ),
    "causal.decoder": (
        "a decoder's self-attention without a causal mask: a position sees what it is to predict",
        "mask=ca.ops.causal_mask(T)",
    ),
    "causal.named": (
        "self-attention in {scope} scores tokens, and has no causal mask",
        "mask=ca.ops.causal_mask(T)",
    ),
    "causal.unused": (
        "a causal mask is made and never used, while attention has no mask",
        "give it to the attention: mask=ca.ops.causal_mask(T)",
    ),
    "loss.sign": (
        "the loss is never more than 0, and falls below every bound: the worse the predictions, "
        "the lower it is",
        "change its sign: log-probabilities as a loss are -log_p.mean()",
    ),
    "batch": (
        "{op} along axis {axis}, which holds the examples of the batch ({size}): what one gives "
        "depends on the others",
        "take it along the positions or the features",
    ),
    "positions": (
        "{tokens} go into attention without their positions: in another order they give the same",
        "add them: x + ca.layers.sinusoidal_positions(T, width), learned ones, or rotary ones",
    ),
    "positions.batch": (
        "what is added differs along axis {axis}, which holds the examples of the batch ({size}), "
        "and not along the positions",
        "one row for each position: x + table[:T], of shape (T, width)",
    ),
    "positions.times": (
        "tokens are multiplied by a table of their positions: near 0 nothing is left of them",
        "add them: x + positions",
    ),
    "positions.turn": (
        "sines and cosines turn vectors by their positions, but change their length here: that is "
        "no rotation, a sign is missing",
        "(a, b) becomes (a cos - b sin, a sin + b cos): ca.ops.concat([-b, a], axis=-1) times sin",
    ),
    "positions.queries": (
        "queries are turned by their positions, and keys are not",
        "turn both: scores then see how far apart they are",
    ),
    "positions.keys": (
        "keys are turned by their positions, and queries are not",
        "turn both: scores then see how far apart they are",
    ),
    "positions.values": (
        "values are turned by their positions, as queries and keys are",
        "turn queries and keys alone",
    ),
    "heads.repeat": (
        "the heads of {of} are repeated in another order than those they go with: queries of a "
        "group read the values of another",
        "repeat keys and values alike: ca.ops.broadcast_to(x[:, :, None], …), then reshape",
    ),
    "heads.reshape": (
        "the reshape from {old} to {new} keeps an axis of {size}, but not its elements: it mixes "
        "positions and features",
        "split the features alone, then transpose: x.reshape(B, T, H, K).transpose((0, 2, 1, 3)); "
        "to merge, transpose first",
    ),
    "heads.features": (
        "scores {shape} compare features with features, not positions: a transpose is missing",
        "x.reshape(B, T, H, K).transpose((0, 2, 1, 3)) before the product",
    ),
    "heads.order": (
        "heads are joined as {olds}, in another order than they were split",
        "transpose so that heads stand before their width, then reshape",
    ),
    "heads.stranded": (
        "the width of the heads is joined with positions, as {olds}, and the heads stay behind",
        "transpose first: x.transpose((0, 2, 1, 3)).reshape(B, T, H * K)",
    ),
    "residual.drowned": (
        "a sublayer is {times:.3g} times larger than what it is added to: nothing is left of that",
        "take the factor out, or smaller weights; a norm behind the sublayer",
    ),
    "residual.attention": (
        "this attention is not added to what it reads, while others are",
        "x + attention(x)",
    ),
    "residual.feed-forward": (
        "this feed-forward is not added to what it reads, while others are",
        "x + feed_forward(x)",
    ),
    "residual.twice": (
        "{of} is added twice: a residual around what has one already",
        "leave one of them out",
    ),
    "values": (
        "values come from {values}, keys from {keys}: weights over one are applied to the other",
        "make keys and values of the same",
    ),
    "values.keys": (
        "the weights are applied to what they were made of, and the values made with {name} are "
        "never read",
        "ca.ops.softmax(scores) @ v",
    ),
    "activation": (
        "nothing stands between this linear map and the next ({next}): both are but one",
        "put an activation between them: ca.ops.gelu(x)",
    ),
    "weight.transposed": (
        "the square weight {weight} is used transposed, the others as they are",
        "x @ weight",
    ),
    "weight.untied": (
        "{weight} has the form of {table} and is used as its transpose, but is another parameter",
        "tie them: use the table itself, hidden @ table.mT",
    ),
    "weight.large": (
        "{weight} makes a random vector {gain:.3g} times as long; Xavier's rule keeps it",
        "smaller first weights, or no further factor",
    ),
    "weight.zero": (
        "all {count} weights are 0: whatever is fed gives the same, and hardly any gradient "
        "comes back",
        "init='xavier', or load the weights again",
    ),
    "weight.equal": (
        "all columns of {weight} are equal: its units never become different",
        "init='xavier'",
    ),
    "saturation.loss": (
        "scores deviate by {spread:.3g} with first weights: the loss takes one class for sure, and "
        "errors cost as much",
        "scale them to about 1: a factor or a temperature is too large, or a norm is missing",
    ),
    "saturation.key": (
        "the softmax puts {weight:.3g} of a query's weight on one key: scores spread by "
        "{spread:.3g}, and hardly any gradient comes back",
        "scale the scores by 1/sqrt of their width; smaller weights; a norm before",
    ),
    "dead": (
        "{share:.0%} of the units are 0 for every token: what they read is {mean:.3g} on average, "
        "{most:.3g} at most",
        "a bias of 0, smaller weights, or a norm before",
    ),
    "saturation.curve": (
        "{share:.0%} of what {op} gives is at its ends, where the gradient is 0: it reads numbers "
        "of {mean:.3g} on average",
        "scale what it reads: a norm, smaller weights",
    ),
    "explode.forward": (
        "values grow from {first:.3g} to {last:.3g} over {layers} layers, most of all here",
        "a norm in each layer, or first weights of deviation 1/sqrt(width)",
    ),
    "explode.backward": (
        "gradients grow from {last:.3g} at the last of {layers} layers to {first:.3g} at the "
        "first, most of all here",
        "a norm in each layer, or first weights of deviation 1/sqrt(width)",
    ),
    "vanish": (
        "gradients shrink from {last:.3g} at the last of {layers} layers to {first:.3g} at the "
        "first, most of all here",
        "a residual around each sublayer; first weights of deviation 1/sqrt(width)",
    ),
    "no-gradient.numbers": (
        "{path} gets a gradient of exactly 0: nothing that it changes reaches an output",
        "use it, or take it away",
    ),
    "sizes": (
        "fits only where {left} equals {right}, which are sizes of different axes",
        "look which axes are broadcast against each other: expand_dims, a transpose, an index",
    ),
    "sizes.outer": (
        "{one} minus {other} is {whole}: every element of one with every element of the other",
        "give both the same shape: x[:, 0], or an axis more for the other",
    ),
    "refused": ("{message}", "{fix}"),
    "unused.parameter": (
        "the parameter {name} is built and never reaches an output: what is made of it is unused",
        "use it, or take it away",
    ),
    "unused.value": (
        "{op} is computed from {name}, and its result never reaches an output",
        "use it, or take it away",
    ),
    "unused.made": ("{name} is made, and never reaches an output", "use it, or take it away"),
    "names.input": (
        "two inputs are called {name} (the first at {first}): one array cannot serve both",
        "use the same node twice, or give one of them another name",
    ),
    "names.parameter": (
        "two parameters are called {name} (the first at {first}): one array cannot serve both",
        "tell them apart with ca.scope(…), or use the same node twice",
    ),
    "index": (
        "{rows} rows are picked from with indices of {least} to {most}",
        "let indices begin at 0 and end below the number of rows",
    ),
}
