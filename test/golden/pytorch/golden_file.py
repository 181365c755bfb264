"""Functions for the scripts in this folder: they write what PyTorch computed as JSON that is readable in a diff."""

import json
import sys

import torch


def write_golden(script, cases):
    """Writes cases to standard output, with the name of the script that made them."""
    document = {"madeBy": f"{script} with PyTorch {torch.__version__.split('+')[0]}", "cases": plain(cases)}
    # A line for each array keeps differences readable.
    text = json.dumps(document, separators=(",", ":"))
    sys.stdout.write(text.replace('"},', '"},\n').replace("]},", "]},\n") + "\n")


def plain(value):
    """Tensors, and pairs of h and c, as JSON: 9 significant digits, whole numbers without a point."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return {"h": plain(value[0]), "c": plain(value[1])}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if not isinstance(value, torch.Tensor):
        return value
    if value.ndim == 0:
        return short(value.item())
    return {"shape": list(value.shape), "data": [short(item) for item in value.flatten().tolist()]}


def short(number):
    rounded = float(f"{number:.9g}")
    return int(rounded) if rounded.is_integer() else rounded
