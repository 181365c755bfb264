"""Makes acoustic.json: forward pass, loss and gradients of tiny two-layer acoustic networks, computed by torch.nn.LSTM of PyTorch
2.2.2 on packed sequences, on the CPU in float64.

    python test/golden/pytorch/make_acoustic.py > test/golden/pytorch/acoustic.json

Three cases, each complete in itself (inputs, then the results of PyTorch):
  forward            one direction, a phone for each frame
  bidirectional      both directions, a phone for each frame
  bidirectional ctc  both directions, and the phones of each utterance by CTC, whose blank is the last class

Frames are [T,B,F] with zeros behind the end of an utterance. Parameters have the names and the shapes of a checkpoint: matrices are
transposes of PyTorch's, and there is one bias per gate. `hidden`, `labels` and, without CTC, `nll` are of the frames of the first
utterance, then of the second, …; `loss` is the sum of `nll` over the number of utterances.
"""

import torch
from golden_file import write_golden
from torch import nn

FEATURES, HIDDEN, PHONES, LENGTHS = 4, (3, 3), 5, (6, 4, 1)
SPOKEN = ([0, 2, 2, 1], [3, 3], [4])


def network(bidirectional, classes):
    lstm = nn.LSTM(FEATURES, HIDDEN[0], len(HIDDEN), bidirectional=bidirectional)
    softmax = nn.Linear(HIDDEN[-1] * (2 if bidirectional else 1), classes)
    for parameter in [*lstm.parameters(), *softmax.parameters()]:
        nn.init.uniform_(parameter, -0.8, 0.8)
    for name, parameter in lstm.named_parameters():
        if name.startswith("bias_hh"):
            nn.init.zeros_(parameter)
    return lstm, softmax


def named(lstm, softmax, value):
    """Returns what `value` gives for each parameter, by the names of a checkpoint."""
    names = {"weight_ih": "inputWeight", "weight_hh": "recurrentWeight", "bias_ih": "bias"}
    result = {}
    for name, parameter in lstm.named_parameters():
        kind, layer, *reverse = name.rsplit("_l", 1)[0], *name.rsplit("_l", 1)[1].split("_")
        if kind in names:
            tensor = value(parameter)
            prefix = "reverse." if reverse else ""
            result[f"{prefix}layers.{layer}.{names[kind]}"] = tensor.T.contiguous() if tensor.ndim == 2 else tensor
    result["softmax.weight"] = value(softmax.weight).T.contiguous()
    result["softmax.bias"] = value(softmax.bias)
    return result


def solve(bidirectional, by_ctc):
    lstm, softmax = network(bidirectional, PHONES + (1 if by_ctc else 0))
    frames = torch.randn(max(LENGTHS), len(LENGTHS), FEATURES)
    frames *= (torch.arange(max(LENGTHS))[:, None] < torch.tensor(LENGTHS))[:, :, None]
    packed = nn.utils.rnn.pack_padded_sequence(frames, LENGTHS)
    output, _ = nn.utils.rnn.pad_packed_sequence(lstm(packed)[0])
    hidden = torch.cat([output[:length, b] for b, length in enumerate(LENGTHS)])
    logits = softmax(hidden)
    labels = torch.randint(0, PHONES, (sum(LENGTHS),))
    if by_ctc:
        log_probs = nn.utils.rnn.pad_sequence(nn.functional.log_softmax(logits, 1).split(LENGTHS))
        targets = torch.tensor(sum(SPOKEN, []))
        counts = [len(own) for own in SPOKEN]
        nll = nn.functional.ctc_loss(log_probs, targets, LENGTHS, counts, PHONES, reduction="none")
    else:
        nll = nn.functional.cross_entropy(logits, labels, reduction="none")
    loss = nll.sum() / len(LENGTHS)
    loss.backward()
    return {
        "parameters": named(lstm, softmax, lambda parameter: parameter.detach()),
        "frames": frames,
        "lengths": torch.tensor(LENGTHS),
        "labels": labels,
        "phones": torch.tensor(sum(SPOKEN, [])),
        "phoneCounts": torch.tensor([len(own) for own in SPOKEN]),
        "hidden": hidden,
        "nll": nll,
        "loss": loss,
        "gradients": named(lstm, softmax, lambda parameter: parameter.grad),
    }


def main():
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(1)
    cases = {
        "forward": solve(False, False),
        "bidirectional": solve(True, False),
        "bidirectional ctc": solve(True, True),
    }
    write_golden("make_acoustic.py", cases)


if __name__ == "__main__":
    main()
