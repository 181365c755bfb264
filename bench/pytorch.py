"""The training step of `zlm bench` in PyTorch on the CPU, to compare with.

    python3 -m venv .venv && .venv/bin/pip install torch
    .venv/bin/python bench/pytorch.py --model small --threads 2

Prints one JSON object. Of the ways to write the step in PyTorch it takes the fast ones: one nn.LSTM over all layers and
steps, and a clipped update in two passes over the parameters (norm, then `w -= lr * scale * g` with the clipping folded
into the rate) by the multi-tensor operations.
"""

import argparse
import json
import math
import platform
import statistics
import time
from contextlib import nullcontext

import torch
from torch import nn
from torch.nn import functional as F

# Zaremba et al. 2014, section 4.1.
MODELS = {
    "small": dict(units=200, steps=20, init=0.1, clip=5.0, dropout=0.0),
    "medium": dict(units=650, steps=35, init=0.05, clip=5.0, dropout=0.5),
    "large": dict(units=1500, steps=35, init=0.04, clip=10.0, dropout=0.65),
}
PRODUCT = (400, 200, 10_000)


class LanguageModel(nn.Module):
    def __init__(self, o):
        super().__init__()
        self.embedding = nn.Embedding(o.vocabulary, o.embedding)
        between = o.dropout_between if o.layers > 1 else 0.0
        self.lstm = nn.LSTM(o.embedding, o.units, o.layers, dropout=between)
        self.softmax = nn.Linear(o.units, o.vocabulary)
        self.input_rate, self.output_rate = o.dropout_input, o.dropout_output
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -o.init, o.init)

    def forward(self, ids, state):
        x = drop(self.embedding(ids), self.input_rate)
        y, state = self.lstm(x, state)
        return self.softmax(drop(y, self.output_rate)), state


def drop(x, rate):
    return F.dropout(x, rate) if rate > 0 else x


class Trainer:
    """Trains on one window after another, as zlm does: sum over time, mean over the batch, one global norm."""

    def __init__(self, o, precision):
        torch.manual_seed(1)
        self.o, self.precision = o, precision
        self.model = LanguageModel(o)
        self.parameters = list(self.model.parameters())
        zeros = torch.zeros(o.layers, o.batch, o.units)
        self.state = (zeros, zeros.clone())
        self.ids = torch.randint(o.vocabulary, (o.steps + 1, o.batch))

    def step(self):
        o = self.o
        autocast = torch.autocast("cpu", torch.bfloat16) if self.precision == "bf16" else nullcontext()
        with autocast:
            logits, state = self.model(self.ids[:-1], self.state)
            nll = F.cross_entropy(logits.flatten(0, 1), self.ids[1:].flatten(), reduction="sum")
        self.state = tuple(s.detach() for s in state)
        (nll / o.batch).backward()
        with torch.no_grad():
            self.update([parameter.grad for parameter in self.parameters])
        for parameter in self.parameters:
            parameter.grad = None
        return nll.item() / self.ids[1:].numel()

    def update(self, gradients):
        norm = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients))).item()
        scale = min(1.0, self.o.clip / norm) if self.o.clip else 1.0
        torch._foreach_add_(self.parameters, gradients, alpha=-self.o.rate * scale)


class Product:
    """One matrix product into memory that is there already."""

    def __init__(self):
        rows, inner, columns = PRODUCT
        self.a, self.b = torch.rand(rows, inner), torch.rand(inner, columns)
        self.out = torch.empty(rows, columns)

    def step(self):
        torch.mm(self.a, self.b, out=self.out)


def interleave(runners, rounds, seconds):
    """Seconds a step in each round: the runners take turns, after a warm-up of two steps each."""
    turn = seconds / rounds / len(runners)
    results = [[] for _ in runners]
    for runner in runners:
        runner.step()
        runner.step()
    for _ in range(rounds):
        for runner, result in zip(runners, results):
            steps, began = 0, time.perf_counter()
            while steps == 0 or time.perf_counter() - began < turn:
                runner.step()
                steps += 1
            result.append((time.perf_counter() - began) / steps)
    return results


def flop_per_token(o):
    inputs = [o.embedding] + [o.units] * (o.layers - 1)
    return 6 * (sum(4 * o.units * (i + o.units) for i in inputs) + o.units * o.vocabulary)


def bench_training(o):
    trainers = [Trainer(o, precision) for precision in o.precision.split(",")]
    for trainer in trainers:
        # Fresh weights know nothing: a wrong sum, mean or target would show.
        nll = trainer.step()
        assert abs(nll / math.log(o.vocabulary) - 1) < 0.05, f"first loss per token {nll}"
    rows = []
    for trainer, seconds in zip(trainers, interleave(trainers, o.rounds, o.seconds)):
        rate = o.batch * o.steps / statistics.median(seconds)
        gflops = rate * flop_per_token(o) / 1e9
        row = dict(model=o.model, precision=trainer.precision, tokensPerSecond=rate, gflops=gflops)
        rows.append(row | dict(roundSeconds=seconds))
    return rows


def bench_product(o):
    [seconds] = interleave([Product()], o.rounds, o.seconds / 5)
    gflops = 2 * math.prod(PRODUCT) / statistics.median(seconds) / 1e9
    return dict(precision="f32", gflops=gflops, roundSeconds=seconds)


def cpu_name():
    try:
        with open("/proc/cpuinfo") as file:
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def parse_options():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--model", default="small", help="small, medium, large, or a name for the sizes given")
    p.add_argument("--precision", default="f32,bf16", help="f32, bf16 (autocast), or both with a comma")
    p.add_argument("--threads", type=int, default=torch.get_num_threads())
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--seconds", type=float, default=10, help="about how long to time")
    p.add_argument("--product", action="store_true", help="time one matrix product too")
    p.add_argument("--vocab-size", dest="vocabulary", type=int, default=10_000)
    p.add_argument("--batch", type=int, default=20)
    p.add_argument("--layers", type=int, default=2)
    p.add_argument("--rate", type=float, default=1.0, help="learning rate")
    for name, kind in dict(units=int, embedding=int, steps=int, init=float, clip=float).items():
        p.add_argument(f"--{name}", type=kind, help="the model's own when left out")
    for edge in ("input", "between", "output"):
        p.add_argument(f"--dropout-{edge}", type=float, help="drop probability; the model's own when left out")
    o = p.parse_args()
    preset = MODELS.get(o.model, MODELS["small"])
    for name in ("units", "steps", "init", "clip"):
        if getattr(o, name) is None:
            setattr(o, name, preset[name])
    for edge in ("input", "between", "output"):
        if getattr(o, f"dropout_{edge}") is None:
            setattr(o, f"dropout_{edge}", preset["dropout"])
    o.embedding = o.embedding or o.units
    return o


def main():
    o = parse_options()
    torch.set_num_threads(o.threads)
    training = bench_training(o)
    product = bench_product(o) if o.product else None
    facts = dict(torch=torch.__version__, cpu=cpu_name(), threads=torch.get_num_threads())
    print(json.dumps(facts | dict(training=training, product=product)))


main()
