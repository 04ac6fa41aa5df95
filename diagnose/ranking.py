"""Which findings are causes: the most likely first, and what follows from them left out."""

from collections.abc import Iterable

from cutaway.diagnose.case import Case, Seen, upstream

SYMPTOMS = (  # of a run: they may come from what is found elsewhere
    "nan.root", "nan.log", "nan.zero", "nan.minus", "nan.times", "nan.overflow", "nan.exp",
    "inf.exp", "inf.log", "inf.zero", "inf.root", "inf.minus", "inf.times", "inf.overflow",
    "gradient.nan", "overflow", "mask.row", "saturation.key", "saturation.curve", "dead",
    "norm.constant", "heads.features", "explode.forward", "explode.backward", "vanish",
    "no-gradient.numbers",
)  # fmt: skip
BACKWARD = ("gradient.nan", "explode.backward", "vanish", "no-gradient.numbers")
RARE = ("sizes", "causal.named", "target.seen", "causal.other", "positions")  # after the others


def ordered(case: Case, seen: Iterable[Seen]) -> list[Seen]:
    """Return findings, the most likely cause first: what stands further up, once for each node.

    A symptom is left out where a cause lies before it; a symptom of gradients, where there is
    any cause.
    """
    place = {node: n for n, node in enumerate(case.graph.nodes)}
    causes = [s for s in seen if s.text not in SYMPTOMS]
    symptoms = [s for s in seen if s.text in SYMPTOMS]
    kept = list(causes)
    for symptom in sorted(symptoms, key=lambda s: (s.text in BACKWARD, place[s.node])):
        above = upstream((symptom.node,))
        if symptom.text in BACKWARD and kept:
            continue
        if not any(s.node in above for s in kept if s is not symptom):
            kept.append(symptom)
    kept.sort(key=lambda s: (s.text in RARE, s.text in SYMPTOMS, place[s.node]))
    found: dict[object, Seen] = {}
    for one in kept:
        found.setdefault((one.node, one.text.partition(".")[0]), one)
    return list(found.values())
