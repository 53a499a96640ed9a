"""Fits a hidden Markov model to synthetic data, with Baum-Welch.

Standard library only, so that it runs in any image with Python. The data come from a
model that we know, so the result can be judged: the fitted model should explain unseen
sequences about as well as the true one.

Settings, from the environment: HMM_SEED, HMM_ITERATIONS, HMM_SEQUENCES, HMM_LENGTH.
"""

import json
import math
import os
import random
import subprocess
import sys
import time
from pathlib import Path

STATES = 3
SYMBOLS = 6


def device():
    """What a bigger model would run on, and how we know."""
    try:
        import torch

        if torch.cuda.is_available():
            return f"cuda: {torch.cuda.get_device_name(0)} (torch {torch.__version__})"
    except ImportError:
        pass
    try:
        listing = subprocess.run(
            ["nvidia-smi", "-L"], capture_output=True, text=True, timeout=20
        )
    except (OSError, subprocess.TimeoutExpired):
        return "cpu (no nvidia-smi here)"
    if listing.returncode != 0 or not listing.stdout.strip():
        return "cpu (nvidia-smi finds no device)"
    names = [line.split(": ", 1)[-1].split(" (UUID")[0] for line in listing.stdout.splitlines()]
    return f"{len(names)} x {names[0]}" if len(names) > 1 else names[0]


class Model:
    """Start, transition and emission probabilities; each row sums to one."""

    def __init__(self, start, move, emit):
        self.start, self.move, self.emit = start, move, emit

    @staticmethod
    def true():
        return Model(
            [0.6, 0.3, 0.1],
            [[0.85, 0.10, 0.05], [0.10, 0.80, 0.10], [0.05, 0.15, 0.80]],
            [
                [0.50, 0.30, 0.10, 0.05, 0.03, 0.02],
                [0.05, 0.10, 0.40, 0.35, 0.05, 0.05],
                [0.02, 0.03, 0.05, 0.10, 0.30, 0.50],
            ],
        )

    @staticmethod
    def guess(rng):
        # Far from uniform, where Baum-Welch would hardly move; states tend to stay.
        def row(width, stay=None):
            weights = [0.1 + rng.random() + (3 if cell == stay else 0) for cell in range(width)]
            return [weight / sum(weights) for weight in weights]

        return Model(
            row(STATES),
            [row(STATES, state) for state in range(STATES)],
            [row(SYMBOLS) for _ in range(STATES)],
        )

    def sample(self, rng, length):
        symbols, weights = [], self.start
        for _ in range(length):
            state = rng.choices(range(STATES), weights)[0]
            symbols.append(rng.choices(range(SYMBOLS), self.emit[state])[0])
            weights = self.move[state]
        return symbols

    def forward(self, symbols):
        """Scaled forward probabilities, and the scales: their logs sum to the likelihood's."""
        rows, scales, weights = [], [], self.start
        for symbol in symbols:
            row = [weights[state] * self.emit[state][symbol] for state in range(STATES)]
            scale = sum(row)
            row = [value / scale for value in row]
            rows.append(row)
            scales.append(scale)
            weights = [
                sum(row[before] * self.move[before][state] for before in range(STATES))
                for state in range(STATES)
            ]
        return rows, scales

    def backward(self, symbols, scales):
        row = [1.0] * STATES
        rows = [row]
        for position in range(len(symbols) - 1, 0, -1):
            symbol, scale = symbols[position], scales[position]
            row = [
                sum(
                    self.move[state][after] * self.emit[after][symbol] * row[after]
                    for after in range(STATES)
                )
                / scale
                for state in range(STATES)
            ]
            rows.append(row)
        rows.reverse()
        return rows

    def log_likelihood(self, data):
        """Mean log-likelihood per symbol."""
        total = sum(math.log(scale) for symbols in data for scale in self.forward(symbols)[1])
        return total / sum(map(len, data))

    def improved(self, data):
        """One step of Baum-Welch: the model that the expected counts give."""
        start = [1e-9] * STATES
        move = [[1e-9] * STATES for _ in range(STATES)]
        emit = [[1e-9] * SYMBOLS for _ in range(STATES)]
        for symbols in data:
            forward, scales = self.forward(symbols)
            backward = self.backward(symbols, scales)
            for position, symbol in enumerate(symbols):
                for state in range(STATES):
                    here = forward[position][state] * backward[position][state]
                    emit[state][symbol] += here
                    if position == 0:
                        start[state] += here
                    else:
                        arrive = self.emit[state][symbol] * backward[position][state] / scales[position]
                        for before in range(STATES):
                            move[before][state] += (
                                forward[position - 1][before] * self.move[before][state] * arrive
                            )
        return Model(
            [value / sum(start) for value in start],
            [[value / sum(row) for value in row] for row in move],
            [[value / sum(row) for value in row] for row in emit],
        )


def main():
    setting = lambda name, default: int(os.environ.get(name, default))
    seed = setting("HMM_SEED", 7)
    iterations = setting("HMM_ITERATIONS", 40)
    sequences, length = setting("HMM_SEQUENCES", 60), setting("HMM_LENGTH", 60)

    rng = random.Random(seed)
    truth = Model.true()
    train = [truth.sample(rng, length) for _ in range(sequences)]
    held_out = [truth.sample(rng, length) for _ in range(sequences // 2)]
    print(f"device: {device()}", flush=True)
    print(f"{sequences} sequences of {length} symbols, {STATES} states, seed {seed}", flush=True)

    folder = Path(__file__).resolve().parent / "runs" / time.strftime("%Y%m%d-%H%M%S")
    folder.mkdir(parents=True, exist_ok=True)
    model, start = Model.guess(rng), time.monotonic()
    with open(folder / "metrics.csv", "w") as metrics:
        print("iteration,train,held_out", file=metrics)
        for iteration in range(1, iterations + 1):
            model = model.improved(train)
            scores = model.log_likelihood(train), model.log_likelihood(held_out)
            print("%d,%.6f,%.6f" % (iteration, *scores), file=metrics, flush=True)
            print(
                "iteration %2d/%d  log-likelihood %.4f  held out %.4f" % (iteration, iterations, *scores),
                flush=True,
            )
    (folder / "model.json").write_text(
        json.dumps({"start": model.start, "move": model.move, "emit": model.emit}, indent=2) + "\n"
    )
    best = truth.log_likelihood(held_out)
    print(f"done in {time.monotonic() - start:.1f} s; the true model scores {best:.4f} held out")
    print(f"written to {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
