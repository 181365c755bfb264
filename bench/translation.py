"""The training step of an encoder-decoder in PyTorch on the CPU, for bench/translation.ts, which starts it.

Reads one JSON object with the sizes, prints one with PyTorch's version and the loss of a word before training, and then for each line
with a number of seconds trains for so long and prints the seconds of a step. It is written for speed: one nn.LSTM for all layers and steps
of each side, batched products for the attention, and the multi-tensor operations for norm, clipping and Adam.
"""

import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


class Translator(nn.Module):
    def __init__(self, o):
        super().__init__()
        self.rate, self.attention, units = o["dropout"], o["attention"], o["units"]
        self.source = nn.Embedding(o["sourceWords"], units)
        self.target = nn.Embedding(o["targetWords"], units)
        self.encoder = nn.LSTM(units, units, o["layers"], dropout=self.rate)
        self.decoder = nn.LSTM(units, units, o["layers"], dropout=self.rate)
        if self.attention == "general":
            self.score = nn.Linear(units, units, bias=False)
        if self.attention != "none":
            self.combine = nn.Linear(2 * units, units, bias=False)
        self.softmax = nn.Linear(units, o["targetWords"])
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -0.08, 0.08)

    def forward(self, source, inputs):
        read, state = self.encoder(F.dropout(self.source(source), self.rate))
        outputs, _ = self.decoder(F.dropout(self.target(inputs), self.rate), state)
        if self.attention != "none":
            outputs = self.attend(outputs, read)
        return self.softmax(F.dropout(outputs, self.rate))

    def attend(self, outputs, read):
        """Global attention (Luong et al. 2015, section 3.1). outputs [T,B,H], read [S,B,H]."""
        queries = self.score(outputs) if self.attention == "general" else outputs
        keys = read.transpose(0, 1)
        weights = torch.bmm(queries.transpose(0, 1), keys.transpose(1, 2)).softmax(2)
        context = torch.bmm(weights, keys).transpose(0, 1)
        return torch.tanh(self.combine(torch.cat([context, outputs], 2)))


class Trainer:
    def __init__(self, o):
        torch.manual_seed(1)
        self.o, self.model = o, Translator(o)
        self.parameters = list(self.model.parameters())
        self.adam = torch.optim.Adam(self.parameters, lr=o["rate"], foreach=True)
        self.source = torch.randint(o["sourceWords"], (o["sourceSteps"], o["batch"]))
        self.inputs = torch.randint(o["targetWords"], (o["steps"], o["batch"]))
        self.targets = torch.randint(o["targetWords"], (o["steps"] * o["batch"],))

    def step(self):
        """Trains on one batch: sum over time, mean over the batch, clipped by one global norm. Returns the loss of a word."""
        logits = self.model(self.source, self.inputs).flatten(0, 1)
        nll = F.cross_entropy(logits, self.targets, reduction="sum")
        (nll / self.o["batch"]).backward()
        nn.utils.clip_grad_norm_(self.parameters, self.o["clip"], foreach=True)
        self.adam.step()
        self.adam.zero_grad(set_to_none=True)
        return nll.item() / self.targets.numel()


def main():
    o = json.loads(sys.stdin.readline())
    torch.set_num_threads(o["threads"])
    trainer = Trainer(o)
    first = trainer.step()
    trainer.step()
    print(json.dumps(dict(torch=torch.__version__, loss=first)), flush=True)
    for line in sys.stdin:
        seconds, steps, began = float(line), 0, time.perf_counter()
        while steps == 0 or time.perf_counter() - began < seconds:
            trainer.step()
            steps += 1
        print((time.perf_counter() - began) / steps, flush=True)


main()
