"""Train a small Transformer to write digits backwards, watched, stopped and taken up again.

    python examples/watched_training.py [FOLDER] [--steps 400] [--plots]

In FOLDER there are a report, `training.html`, and checkpoints: stop it with Ctrl-C, begin it again,
and it goes on to the same weights.
"""

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt

import cutaway as ca
from cutaway.run import SGD, Adam
from cutaway.training import Guard, Progress, Report, TrainingStep

Array = npt.NDArray[np.int64]
DIGITS, LENGTH, BATCH = 11, 5, 16  # 0 is what comes before the first


def model() -> ca.Graph:
    """Return the loss of an encoder and a decoder of one layer each."""
    source = ca.input("source", "B S", dtype="int")
    target = ca.input("target", "B T", dtype="int")
    labels = ca.input("labels", "B T", dtype="int")
    config = ca.layers.Config(
        source_vocabulary=DIGITS, target_vocabulary=DIGITS, d_model=16, heads=2, hidden=32, layers=1
    )
    return ca.Graph(ca.ops.cross_entropy(ca.layers.transformer(source, target, config), labels))


def batches(step: int, random: np.random.Generator) -> dict[str, Array]:
    """Return rows of digits and the same backwards: for one step always the same ones."""
    source = random.integers(1, DIGITS, (BATCH, LENGTH))
    labels = source[:, ::-1]
    target = np.concatenate([np.zeros((BATCH, 1), np.int64), labels[:, :-1]], axis=1)
    return {"source": source, "target": target, "labels": labels}


def too_fast(graph: ca.Graph) -> None:
    """Train with a learning rate that is far too high, and say what the guard says."""
    try:
        ca.fit(graph, batches, ca.initialize(graph), SGD(lr=1e4), steps=50)
    except ca.TrainingError as error:
        print(f"lr=1e4: stopped at step {error.step}: {error.kind}")


def main() -> None:
    """Train."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, nargs="?", default=Path("watched-training"))
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--plots", action="store_true", help="draw curves in the terminal")
    options = parser.parse_args()
    graph = model()
    too_fast(graph)
    options.folder.mkdir(parents=True, exist_ok=True)
    report = options.folder / "training.html"

    def interrupt(record: TrainingStep) -> None:
        if record.step == options.steps // 2:
            raise KeyboardInterrupt

    def train(*callbacks: ca.training.Callback, checkpoint: Path | None = None) -> ca.training.Fit:
        return ca.fit(
            graph,
            batches,
            ca.initialize(graph),
            Adam(lr=5e-3),
            steps=options.steps,
            watch=ca.attention_entropy(graph),
            callbacks=[Guard(), *callbacks],
            checkpoint=checkpoint,
            every=max(1, options.steps // 8),
        )

    checkpoints = options.folder / "checkpoints"
    try:
        train(interrupt, checkpoint=checkpoints)
    except KeyboardInterrupt:
        print(f"interrupted at step {options.steps // 2}")
    again = train(Progress(plots=options.plots), Report(report), checkpoint=checkpoints)
    print(f"taken up at step {again.resumed}, trained to step {again.state.step}")
    whole = train()
    same = all(np.array_equal(array, whole.params[path]) for path, array in again.params.items())
    print(f"the same weights as without the interruption: {same}")
    losses = again.history["loss"][""]
    print(f"the loss fell: {losses[-5:].mean() < losses[:5].mean()}")
    print(f"wrote {report.name}")


if __name__ == "__main__":
    main()
