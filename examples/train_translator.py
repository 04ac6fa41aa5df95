"""Train the bundled translator, and measure it.

    python examples/train_translator.py            # train, then write and score the weights
    python examples/train_translator.py --score    # score the bundled weights

Everything is seeded: two runs on one machine give the same weights.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from safetensors.numpy import save
from translator_grammar import Pair, Splits, chinese_vocabulary, english_vocabulary, splits

import cutaway as ca
from cutaway.models.translator import END, Translator, Vocabulary, build, config, load
from cutaway.run import Adam, State, clip_by_norm, warmup

BATCH, LENGTH = 64, 16


def schedule(steps: int) -> Callable[[int], float]:
    """The paper's warm-up, and a straight way down to 0 over the last third."""
    rate = warmup(64, 300)
    return lambda step: rate(step) * min(1.0, 3.0 * (1.0 - step / steps))


def train(data: Splits, steps: int, seed: int) -> Translator:
    """Return a translator trained for some steps, with a progress bar."""
    source, target = Vocabulary(english_vocabulary()), Vocabulary(chinese_vocabulary())
    logits = build(config(source, target))
    labels = ca.input("labels", "B T", dtype="int")
    loss = ca.ops.cross_entropy(logits, labels, ignore_index=0, label_smoothing=0.05)
    slopes = ca.value_and_grad(loss)
    params = ca.initialize(ca.Graph(loss), seed=seed, dtype="float32")
    optimizer = Adam(lr=schedule(steps), betas=(0.9, 0.98), eps=1e-9)
    state = State()
    model = Translator(source, target, params)
    english = source.encode([pair.english for pair in data.train], LENGTH)
    shifted = model.feeds([()], [pair.chinese for pair in data.train])["target"]
    wanted = target.encode([(*pair.chinese, END) for pair in data.train], shifted.shape[1])
    random = np.random.default_rng(seed)
    columns = (TextColumn("loss {task.fields[loss]:.4f}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns) as progress:
        task = progress.add_task("train", total=steps, loss=float("nan"))
        for _ in range(steps):
            rows = random.integers(0, len(english), BATCH)
            width = int((english[rows] != 0).sum(axis=1).max())
            height = int((wanted[rows] != 0).sum(axis=1).max())
            feeds = {
                "source": english[rows, :width],
                "target": shifted[rows, :height],
                "labels": wanted[rows, :height],
            }
            value, grads = slopes(feeds, params)
            grads, _ = clip_by_norm(grads, 1.0)
            params, state = optimizer.update(params, grads, state)
            progress.update(task, advance=1, loss=float(value))
    return Translator(source, target, params)


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
    options = parser.parse_args()
    data = splits()
    begun = time.perf_counter()
    if options.score:
        model = load()
    else:
        model = train(data, options.steps, options.seed)
        write(model, options.out)
        print(f"trained {options.steps} steps in {time.perf_counter() - begun:.0f} s")
    held_out, novel = exact(model, data.held_out), exact(model, data.novel)
    print(f"exact match on {len(data.held_out)} sentences never trained on: {held_out:.1%}")
    print(f"exact match on {len(data.novel)} that combine words never seen together: {novel:.1%}")
    return 0 if held_out >= 0.99 and novel >= 0.95 else 1


if __name__ == "__main__":
    sys.exit(main())
