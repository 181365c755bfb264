"""Makes recurrent_layers.json: one layer of PyTorch 2.15.0's nn.LSTM, nn.GRU and nn.RNN over a window, forward and
backward, on the CPU in float64.

    python test/golden/pytorch/make_recurrent_layers.py > test/golden/pytorch/recurrent_layers.json

Conventions, those of zlm: arrays are {"shape", "data"} in row-major order; inputWeight [I,G*H] and recurrentWeight [H,G*H]
are the transposes of torch's weight_ih and weight_hh; gates i, f, g, o of the LSTM and r, z, n of the GRU. Torch has two
biases for each gate; where their sum is all that counts there is one here, and the second is zero: only the GRU's candidate
has a second one, candidateBias. The loss is the sum of output and last state, each value times a weight of its own.
"""

import torch
from golden_file import write_golden
from torch import nn

INPUTS, UNITS, STEPS, BATCH = 4, 3, 6, 2
LAYERS = {"lstm": (nn.LSTM, 4), "gru": (nn.GRU, 3), "tanhRnn": (nn.RNN, 1)}

torch.set_default_dtype(torch.float64)


def uniform(*shape):
    """Numbers of few digits, so that the file has them exactly."""
    return torch.round((torch.rand(shape) * 2 - 1) * 0.8, decimals=3)


def draw_inputs(cell):
    gates = LAYERS[cell][1] * UNITS
    inputs = {"x": uniform(STEPS, BATCH, INPUTS), "h0": uniform(BATCH, UNITS)}
    if cell == "lstm":
        inputs["c0"] = uniform(BATCH, UNITS)
    inputs |= {
        "inputWeight": uniform(INPUTS, gates),
        "recurrentWeight": uniform(UNITS, gates),
        "bias": uniform(gates),
    }
    if cell == "gru":
        inputs["candidateBias"] = uniform(UNITS)
    return inputs


def run(cell, inputs):
    """Output and the parts of the last state."""
    module = LAYERS[cell][0](INPUTS, UNITS)
    second_bias = torch.zeros_like(inputs["bias"])
    if cell == "gru":
        second_bias = torch.cat([second_bias[: 2 * UNITS], inputs["candidateBias"]])
    weights = {
        "weight_ih_l0": inputs["inputWeight"].T,
        "weight_hh_l0": inputs["recurrentWeight"].T,
        "bias_ih_l0": inputs["bias"],
        "bias_hh_l0": second_bias,
    }
    h0 = inputs["h0"].unsqueeze(0)
    start = (h0, inputs["c0"].unsqueeze(0)) if cell == "lstm" else h0
    output, end = torch.func.functional_call(module, weights, (inputs["x"], start))
    return [output, *(part.squeeze(0) for part in (end if cell == "lstm" else [end]))]


def solve(cell):
    inputs = {name: value.requires_grad_() for name, value in draw_inputs(cell).items()}
    results = run(cell, inputs)
    weights = [uniform(*result.shape) for result in results]
    sum((result * weight).sum() for result, weight in zip(results, weights)).backward()
    gradients = {name: value.grad for name, value in inputs.items()}
    return {"inputs": inputs, "weights": weights, "results": results, "gradients": gradients}


def main():
    torch.manual_seed(4)
    write_golden("make_recurrent_layers.py", {cell: solve(cell) for cell in LAYERS})


if __name__ == "__main__":
    main()
