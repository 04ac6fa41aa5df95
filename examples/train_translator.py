"""Train the bundled translator, and measure it.

    python examples/train_translator.py            # train, then write and score the weights
    python examples/train_translator.py --score    # score the bundled weights
    python examples/train_translator.py --plots --checkpoint run --report run.html

Everything is seeded: two runs on one machine give the same weights, also if one of them is
interrupted and goes on from its checkpoint.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import save
from translator_grammar import Pair, Splits, chinese_vocabulary, english_vocabulary, splits

import cutaway as ca
from cutaway.models.translator import END, Translator, Vocabulary, build, config, load
from cutaway.run import Adam, warmup
from cutaway.training import Callback, Guard, Progress, Report

Feeds = dict[str, npt.NDArray[np.int64]]
BATCH, LENGTH = 64, 16


def schedule(steps: int) -> Callable[[int], float]:
    """The paper's warm-up, and a straight way down to 0 over the last third."""
    rate = warmup(64, 300)
    return lambda step: rate(step) * min(1.0, 3.0 * (1.0 - step / steps))


def train(
    data: Splits,
    steps: int,
    seed: int,
    callbacks: Iterable[Callback] = (Guard(),),
    checkpoint: Path | None = None,
) -> Translator:
    """Return a translator trained for some steps; it goes on from a checkpoint if there is one."""
    source, target = Vocabulary(english_vocabulary()), Vocabulary(chinese_vocabulary())
    logits = build(config(source, target))
    labels = ca.input("labels", "B T", dtype="int")
    loss = ca.ops.cross_entropy(logits, labels, ignore_index=0, label_smoothing=0.05)
    model = Translator(source, target, {})
    english = source.encode([pair.english for pair in data.train], LENGTH)
    shifted = model.feeds([()], [pair.chinese for pair in data.train])["target"]
    wanted = target.encode([(*pair.chinese, END) for pair in data.train], shifted.shape[1])
    drawn = np.random.default_rng(seed).integers(0, len(english), (steps, BATCH))

    def batches(step: int, random: np.random.Generator) -> Feeds:
        rows = drawn[step]
        width = int((english[rows] != 0).sum(axis=1).max())
        height = int((wanted[rows] != 0).sum(axis=1).max())
        return {
            "source": english[rows, :width],
            "target": shifted[rows, :height],
            "labels": wanted[rows, :height],
        }

    fitted = ca.fit(
        loss,
        batches,
        ca.initialize(ca.Graph(loss), seed=seed, dtype="float32"),
        Adam(lr=schedule(steps), betas=(0.9, 0.98), eps=1e-9),
        steps=steps,
        clip=1.0,
        watch=ca.attention_entropy(loss),
        callbacks=callbacks,
        checkpoint=checkpoint,
        seed=seed,
    )
    return Translator(source, target, fitted.params)


def exact(model: Translator, pairs: tuple[Pair, ...]) -> float:
    """Return the share of sentences translated word for word."""
    found = model.translate_words([pair.english for pair in pairs])
    return sum(f == pair.chinese for f, pair in zip(found, pairs, strict=True)) / len(pairs)


def write(model: Translator, folder: Path) -> None:
    """Write weights and words; each file appears whole or not at all."""
    words = {"source": model.source.words, "target": model.target.words}
    for name, content in (
        ("weights.safetensors", save(model.params)),
        ("vocabulary.json", json.dumps(words, ensure_ascii=False, indent=1).encode() + b"\n"),
    ):
        part = folder / f".{name}.part"
        part.write_bytes(content)
        os.replace(part, folder / name)


def main() -> int:
    """Train or score; exit 1 if the model is not good enough."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--score", action="store_true", help="score the bundled weights only")
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=0)
    folder = Path(__file__).parent.parent / "models" / "translator"
    parser.add_argument("--out", type=Path, default=folder, help="folder for the weights")
    parser.add_argument("--plots", action="store_true", help="draw curves in the terminal")
    parser.add_argument("--report", type=Path, help="file for a report: .html, .svg")
    parser.add_argument("--checkpoint", type=Path, help="folder from which to go on")
    options = parser.parse_args()
    data = splits()
    begun = time.perf_counter()
    if options.score:
        model = load()
    else:
        report = [Report(options.report)] if options.report else []
        watching: list[Callback] = [Progress(plots=options.plots), *report, Guard()]
        model = train(data, options.steps, options.seed, watching, options.checkpoint)
        write(model, options.out)
        print(f"trained {options.steps} steps in {time.perf_counter() - begun:.0f} s")
    held_out, novel = exact(model, data.held_out), exact(model, data.novel)
    print(f"exact match on {len(data.held_out)} sentences never trained on: {held_out:.1%}")
    print(f"exact match on {len(data.novel)} that combine words never seen together: {novel:.1%}")
    return 0 if held_out >= 0.99 and novel >= 0.95 else 1


if __name__ == "__main__":
    sys.exit(main())
