"""Makes language_model.json: forward pass, loss, gradients and one training step of tiny two-layer LSTM
language models, computed by PyTorch 2.15.0 on the CPU in float64.

    python test/golden/pytorch/make_language_model.py > test/golden/pytorch/language_model.json

Four cases, each complete in itself (inputs, then the results of PyTorch):
  plain      no dropout
  dropout    given masks at the three vertical places, another rate at each
  tied       softmax weight = transposed embedding table
  recurrent  given masks on h(t-1), at every step and layer, before the recurrent product only

Conventions, those of zlm: arrays are {"shape", "data"} in row-major order; inputWeight [I,4H] and
recurrentWeight [H,4H] are the transposes of torch's weight_ih and weight_hh; gates in the order i, f, g, o;
one bias per gate; masks of 0 and 1 with inverted scaling, x * mask / (1 - rate); tokens, targets and nll are
[T,B]; loss is the sum over time and the mean over the batch; the step is
w - learningRate * min(1, maxNorm / gradientNorm) * gradient, with one norm over all parameters.
"""

import torch
from golden_file import write_golden
from torch import nn

VOCABULARY, HIDDEN, STEPS, BATCH = 11, (4, 3), 6, 3
MAX_NORM, LEARNING_RATE = 0.75, 0.5

torch.set_default_dtype(torch.float64)


def uniform(*shape):
    """Numbers of few digits, so that the file has them exactly."""
    return torch.round((torch.rand(shape) * 2 - 1) * 0.8, decimals=3)


def draw_parameters(embedding, tied):
    parameters = {"embedding.weight": uniform(VOCABULARY, embedding)}
    for layer, (inputs, hidden) in enumerate(zip((embedding, *HIDDEN), HIDDEN)):
        parameters[f"layers.{layer}.inputWeight"] = uniform(inputs, 4 * hidden)
        parameters[f"layers.{layer}.recurrentWeight"] = uniform(hidden, 4 * hidden)
        parameters[f"layers.{layer}.bias"] = uniform(4 * hidden)
    if not tied:
        parameters["softmax.weight"] = uniform(HIDDEN[-1], VOCABULARY)
    parameters["softmax.bias"] = uniform(VOCABULARY)
    return parameters


def draw_mask(rate, width):
    return (torch.rand(STEPS, BATCH, width) >= rate).double()


def run_lstm(parameters, layer, inputs, state, recurrent):
    """One layer over all steps. PyTorch's own module does the work; its second bias is zero."""
    hidden = HIDDEN[layer]
    weights = {
        "weight_ih": parameters[f"layers.{layer}.inputWeight"].T,
        "weight_hh": parameters[f"layers.{layer}.recurrentWeight"].T,
        "bias_ih": parameters[f"layers.{layer}.bias"],
        "bias_hh": torch.zeros(4 * hidden),
    }
    if recurrent is None:
        module = nn.LSTM(inputs.shape[-1], hidden)
        weights = {f"{name}_l0": value for name, value in weights.items()}
        start = tuple(part.unsqueeze(0) for part in state)
        outputs, end = torch.func.functional_call(module, weights, (inputs, start))
        return outputs, tuple(part.squeeze(0) for part in end)
    cell = nn.LSTMCell(inputs.shape[-1], hidden)
    h, c = state
    outputs = []
    for step, x in enumerate(inputs):
        masked = h * recurrent["masks"][layer][step] / (1 - recurrent["rate"])
        h, c = torch.func.functional_call(cell, weights, (x, (masked, c)))
        outputs.append(h)
    return torch.stack(outputs), (h, c)


def forward(parameters, case):
    def drop(place, values):
        edge = case.get("dropout", {}).get(place)
        return values if edge is None else values * edge["mask"] / (1 - edge["rate"])

    values = drop("input", parameters["embedding.weight"][case["tokens"]])
    final = []
    for layer, (h, c) in enumerate(case["initial"]):
        if layer > 0:
            values = drop("between", values)
        values, end = run_lstm(parameters, layer, values, (h, c), case.get("recurrent"))
        final.append(end)
    values = drop("output", values)
    weight = parameters.get("softmax.weight", parameters["embedding.weight"].T)
    logits = values @ weight + parameters["softmax.bias"]
    nll = nn.functional.cross_entropy(logits.flatten(0, 1), case["targets"].flatten(), reduction="none")
    return nll.reshape(STEPS, BATCH), final


def solve(case):
    parameters = {name: value.clone().requires_grad_() for name, value in case["parameters"].items()}
    nll, final = forward(parameters, case)
    loss = nll.sum() / BATCH
    loss.backward()
    gradients = {name: value.grad for name, value in parameters.items()}
    norm = torch.sqrt(sum((gradient**2).sum() for gradient in gradients.values()))
    # Not torch's clip_grad_norm_, which adds 1e-6 to the norm.
    scale = min(1.0, MAX_NORM / norm.item())
    updated = {
        name: value.detach() - LEARNING_RATE * scale * gradients[name] for name, value in parameters.items()
    }
    return {
        "nll": nll,
        "loss": loss,
        "final": final,
        "gradients": gradients,
        "gradientNorm": norm,
        "maxNorm": MAX_NORM,
        "learningRate": LEARNING_RATE,
        "updated": updated,
    }


def draw_case(embedding, tied=False):
    return {
        "parameters": draw_parameters(embedding, tied),
        "tokens": torch.randint(VOCABULARY, (STEPS, BATCH)),
        "targets": torch.randint(VOCABULARY, (STEPS, BATCH)),
        "initial": [(uniform(BATCH, hidden), uniform(BATCH, hidden)) for hidden in HIDDEN],
    }


def make_cases():
    dropout = draw_case(embedding=5)
    widths_and_rates = {"input": (5, 0.5), "between": (HIDDEN[0], 0.25), "output": (HIDDEN[1], 0.2)}
    dropout["dropout"] = {
        place: {"rate": rate, "mask": draw_mask(rate, width)} for place, (width, rate) in widths_and_rates.items()
    }
    recurrent = draw_case(embedding=5)
    recurrent["recurrent"] = {"rate": 0.25, "masks": [draw_mask(0.25, hidden) for hidden in HIDDEN]}
    return {
        "plain": draw_case(embedding=5),
        "dropout": dropout,
        "tied": draw_case(embedding=HIDDEN[-1], tied=True),
        "recurrent": recurrent,
    }


def main():
    torch.manual_seed(1)
    write_golden("make_language_model.py", {name: {**case, **solve(case)} for name, case in make_cases().items()})


if __name__ == "__main__":
    main()
