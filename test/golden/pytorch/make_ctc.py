"""Makes ctc.json: losses of connectionist temporal classification and their gradients with respect to the logits, computed by
torch.nn.functional.ctc_loss of PyTorch 2.2.2 on the CPU in float64.

    python test/golden/pytorch/make_ctc.py > test/golden/pytorch/ctc.json

Each case is a batch of utterances whose frames follow each other in `logits` [N,V]; the last class is the blank. `gradient` is that of
the sum of the losses, each multiplied by its weight. An utterance whose labels do not fit has the loss "Infinity" and the gradient 0.
"""

import torch
from golden_file import write_golden
from torch import nn

# Classes with the blank, and for each utterance its frames and its labels.
CASES = {
    "different lengths": (5, [(7, [0, 2, 1]), (4, [3]), (9, [1, 0, 3, 2])]),
    "repeated labels": (4, [(8, [1, 1, 2, 2]), (7, [0, 0, 0, 0]), (5, [2, 1, 2])]),
    "no labels": (3, [(6, []), (1, []), (3, [1])]),
    "as many labels as frames": (6, [(3, [4, 0, 3]), (1, [2])]),
    "labels that do not fit": (4, [(3, [1, 1, 2]), (2, [0, 1, 2]), (4, [1, 1, 2])]),
    "one class beside the blank": (2, [(5, [0, 0]), (4, [0])]),
    "long": (16, [(40, list(range(15))), (50, [7, 7, 3] * 6)]),
}


def solve(classes, utterances, sharpness):
    frames = [length for length, _ in utterances]
    labels = [labels for _, labels in utterances]
    logits = (sharpness * torch.randn(sum(frames), classes)).requires_grad_()
    weights = torch.rand(len(frames)) + 0.5
    losses = []
    for part, own in zip(logits.split(frames), labels):
        log_probs = nn.functional.log_softmax(part, 1)[:, None]
        targets = torch.tensor([own], dtype=torch.long).reshape(1, len(own))
        losses.append(
            nn.functional.ctc_loss(
                log_probs, targets, [len(part)], [len(own)], classes - 1, reduction="none", zero_infinity=False
            )[0]
        )
    fits = torch.stack(losses).isfinite()
    sum(loss * weight for loss, weight, fit in zip(losses, weights, fits) if fit).backward()
    return {
        "logits": logits,
        "frames": torch.tensor(frames),
        "labels": torch.tensor(sum(labels, []), dtype=torch.long),
        "labelCounts": torch.tensor([len(own) for own in labels]),
        "weights": weights,
        "nll": ["Infinity" if not fit else loss.item() for loss, fit in zip(losses, fits)],
        "gradient": logits.grad,
    }


def main():
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(1)
    cases = {name: solve(*case, 1.0) for name, case in CASES.items()}
    cases["sure of one class"] = solve(5, [(30, [0, 1, 2, 3, 0, 1, 2])], 30.0)
    write_golden("make_ctc.py", cases)


if __name__ == "__main__":
    main()
