"""The training step of `zlm bench` in PyTorch, to compare with: on the CPU, or on a GPU with cuDNN.

    python3 -m venv .venv && .venv/bin/pip install torch
    .venv/bin/python bench/pytorch.py --model small --threads 2
    .venv/bin/python bench/pytorch.py --model large --device cuda

Prints one JSON object. Of the ways to write the step in PyTorch it takes the fast ones: one nn.LSTM over all layers and
steps, and a clipped update in two passes over the parameters (norm, then `w -= lr * scale * g` with the clipping folded
into the rate) by the multi-tensor operations. On a GPU each precision is timed twice, launched operation by operation and
captured in a CUDA graph, and the faster of the two is reported.
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
# Steps that are launched before they are waited for.
AHEAD = {"cpu": 1, "cuda": 20}


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

    mode = "eager"

    def __init__(self, o, precision):
        torch.manual_seed(1)
        self.o, self.precision = o, precision
        self.model = LanguageModel(o).to(o.device)
        self.parameters = list(self.model.parameters())
        zeros = torch.zeros(o.layers, o.batch, o.units, device=o.device)
        self.state = (zeros, zeros.clone())
        self.ids = torch.randint(o.vocabulary, (o.steps + 1, o.batch)).to(o.device)

    def step(self):
        self.train().item()

    def first_loss(self):
        return self.train().item()

    def train(self):
        """Trains on one window. Returns its loss per token, still on the device."""
        o = self.o
        choose_arithmetic(self.precision)
        with torch.autocast(o.device, torch.bfloat16) if self.precision == "bf16" else nullcontext():
            logits, state = self.model(self.ids[:-1], self.state)
            nll = F.cross_entropy(logits.flatten(0, 1), self.ids[1:].flatten(), reduction="sum")
        (nll / o.batch).backward()
        # Behind the backward pass, which reads the state that the window began with; in place, for the CUDA graph.
        with torch.no_grad():
            for old, new in zip(self.state, state):
                old.copy_(new)
        with torch.no_grad():
            self.update([parameter.grad for parameter in self.parameters])
        for parameter in self.parameters:
            parameter.grad = None
        return nll.detach() / self.ids[1:].numel()

    def update(self, gradients):
        norm = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients)))
        if self.o.device == "cpu":
            scale = min(1.0, self.o.clip / norm.item()) if self.o.clip else 1.0
            torch._foreach_add_(self.parameters, gradients, alpha=-self.o.rate * scale)
            return
        # The factor stays on the GPU: to read it would wait for the whole backward pass.
        if self.o.clip:
            torch._foreach_mul_(gradients, (self.o.clip / norm).clamp(max=1.0))
        torch._foreach_add_(self.parameters, gradients, alpha=-self.o.rate)


class GraphTrainer(Trainer):
    """The same step, captured once as a CUDA graph and replayed."""

    mode = "graph"

    def __init__(self, o, precision):
        super().__init__(o, precision)
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            self.loss_before = self.train().item()
            for _ in range(3):
                self.train()
        torch.cuda.current_stream().wait_stream(side)
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            self.train()

    def step(self):
        self.graph.replay()

    def first_loss(self):
        return self.loss_before


class EagerGpuTrainer(Trainer):
    """The step launched operation by operation; losses stay on the GPU, so that the next step is launched meanwhile."""

    def step(self):
        self.train()


def choose_arithmetic(precision):
    """float32 means float32: TF32 is a precision of its own."""
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = precision != "f32"


def wait_for(device):
    if device == "cuda":
        torch.cuda.synchronize()


class Product:
    """One matrix product into memory that is there already."""

    def __init__(self, device):
        rows, inner, columns = PRODUCT
        self.a, self.b = torch.rand(rows, inner, device=device), torch.rand(inner, columns, device=device)
        self.out = torch.empty(rows, columns, device=device)

    def step(self):
        choose_arithmetic("f32")
        torch.mm(self.a, self.b, out=self.out)


def interleave(runners, rounds, seconds, device):
    """Seconds a step in each round: the runners take turns, after a warm-up of two steps each."""
    turn = seconds / rounds / len(runners)
    results = [[] for _ in runners]
    for runner in runners:
        runner.step()
        runner.step()
    for _ in range(rounds):
        for runner, result in zip(runners, results):
            wait_for(device)
            steps, began = 0, time.perf_counter()
            while steps == 0 or time.perf_counter() - began < turn:
                # A GPU is fed ahead, by so many steps that waiting for them costs nothing.
                for _ in range(AHEAD[device]):
                    runner.step()
                wait_for(device)
                steps += AHEAD[device]
            result.append((time.perf_counter() - began) / steps)
    return results


def flop_per_token(o):
    inputs = [o.embedding] + [o.units] * (o.layers - 1)
    return 6 * (sum(4 * o.units * (i + o.units) for i in inputs) + o.units * o.vocabulary)


def trainers_for(o):
    kinds = [EagerGpuTrainer, GraphTrainer] if o.device == "cuda" else [Trainer]
    return [kind(o, precision) for precision in o.precision.split(",") for kind in kinds]


def bench_training(o):
    trainers = trainers_for(o)
    for trainer in trainers:
        # Fresh weights know nothing: a wrong sum, mean or target would show.
        nll = trainer.first_loss()
        assert abs(nll / math.log(o.vocabulary) - 1) < 0.05, f"first loss per token {nll}"
    rows = []
    for trainer, seconds in zip(trainers, interleave(trainers, o.rounds, o.seconds, o.device)):
        rate = o.batch * o.steps / statistics.median(seconds)
        gflops = rate * flop_per_token(o) / 1e9
        row = dict(model=o.model, precision=trainer.precision, mode=trainer.mode, tokensPerSecond=rate, gflops=gflops)
        rows.append(row | dict(roundSeconds=seconds))
    # For each precision the faster of the two ways to launch it.
    fastest = {}
    for row in sorted(rows, key=lambda row: row["tokensPerSecond"]):
        fastest[row["precision"]] = row
    return [fastest[precision] for precision in o.precision.split(",")]


def bench_product(o):
    [seconds] = interleave([Product(o.device)], o.rounds, o.seconds / 5, o.device)
    gflops = 2 * math.prod(PRODUCT) / statistics.median(seconds) / 1e9
    return dict(precision="f32", gflops=gflops, roundSeconds=seconds)


def cpu_name():
    try:
        with open("/proc/cpuinfo") as file:
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def gpu_name(device):
    return torch.cuda.get_device_name() if device == "cuda" else None


def parse_options():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--model", default="small", help="small, medium, large, or a name for the sizes given")
    p.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    p.add_argument("--precision", help="f32, tf32 (GPU), bf16 (autocast), with commas between; by default all of them")
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
    o.precision = o.precision or ("f32,tf32,bf16" if o.device == "cuda" else "f32,bf16")
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
    facts = dict(torch=torch.__version__, cpu=cpu_name(), threads=torch.get_num_threads(), gpu=gpu_name(o.device))
    print(json.dumps(facts | dict(training=training, product=product)))


main()
