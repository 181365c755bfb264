"""The training step of an acoustic model in PyTorch on the CPU, for bench/speech.ts, which starts it and takes turns with it.

    python bench/speech.py --loss framewise --threads 2

Reads lines from standard input, each a number of seconds; trains for that long, and prints the seconds of a step. The step is the
fast way to write it: one nn.LSTM over all layers and frames, dropout on the vertical edges, Adam over all parameters at once.
"""

import argparse
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


def parse_options():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--loss", default="framewise", choices=["framewise", "ctc"])
    p.add_argument("--bidirectional", action="store_true")
    p.add_argument("--dropout", type=float, default=0.2)
    for name, value in dict(threads=2, features=123, phones=41, layers=3, units=256, frames=300, batch=16, labels=40).items():
        p.add_argument(f"--{name}", type=int, default=value)
    return p.parse_args()


class AcousticModel(nn.Module):
    def __init__(self, o):
        super().__init__()
        self.lstm = nn.LSTM(o.features, o.units, o.layers, dropout=o.dropout, bidirectional=o.bidirectional)
        width = o.units * (2 if o.bidirectional else 1)
        self.softmax = nn.Linear(width, o.phones + (1 if o.loss == "ctc" else 0))
        self.dropout = o.dropout

    def forward(self, frames):
        hidden = self.lstm(F.dropout(frames, self.dropout))[0]
        return self.softmax(F.dropout(hidden, self.dropout))


def main():
    o = parse_options()
    torch.set_num_threads(o.threads)
    torch.manual_seed(1)
    model = AcousticModel(o)
    parameters = list(model.parameters())
    optimizer = torch.optim.Adam(parameters, lr=1e-3, foreach=True)
    frames = torch.randn(o.frames, o.batch, o.features)
    labels = torch.randint(o.phones, (o.frames * o.batch,))
    spoken = torch.randint(o.phones, (o.batch, o.labels))
    lengths, counts = torch.full((o.batch,), o.frames), torch.full((o.batch,), o.labels)

    def step():
        logits = model(frames)
        if o.loss == "ctc":
            loss = F.ctc_loss(F.log_softmax(logits, 2), spoken, lengths, counts, o.phones, reduction="sum") / o.batch
        else:
            loss = F.cross_entropy(logits.flatten(0, 1), labels, reduction="sum") / o.batch
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 5.0, foreach=True)
        optimizer.step()
        return loss.item()

    step(), step()
    print(f"torch {torch.__version__.split('+')[0]}", flush=True)
    for line in sys.stdin:
        steps, began = 0, time.perf_counter()
        while steps == 0 or time.perf_counter() - began < float(line):
            step()
            steps += 1
        print((time.perf_counter() - began) / steps, flush=True)


main()
