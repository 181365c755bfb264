"""Makes family.json: forward pass, loss and gradients of tiny language models with every regularizer and cell of the
family, computed by PyTorch 2.15.0 on the CPU in float64 from the definitions, step by step and gate by gate.

    python test/golden/pytorch/make_family.py > test/golden/pytorch/family.json

Masks are drawn here as zlm draws them, by Philox4x32-10 (Salmon et al. 2011): word n of an address is word n mod 4 of the
counter (n // 4, step, site, 0) under the key (seed, 2); a unit is dropped where its word is below rate * 2^32. Sites:
edges 2v (vertical place v) and 2l + 1 (recurrent edge of layer l), then 65536 * family + index for zoneout of h (1) and
of c (2), recurrent weights (3) and word types (4). Masks that last a sequence are those of the window's first step.

Conventions, those of zlm: arrays are {"shape", "data"} in row-major order; weights multiply from the right; gates i, f, g, o
of the LSTM and r, z, n of the GRU; tokens, targets and nll are [T,B]. The loss is the sum of the nll over time and its mean
over the batch, plus T times the activation penalties.
"""

import torch
from golden_file import write_golden
from torch import nn

VOCABULARY, EMBEDDING, STEPS, BATCH = 9, 5, 6, 3
SEED, FIRST_STEP = 11, 42

torch.set_default_dtype(torch.float64)


def philox4x32(counter, key):
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (
            ((p1 >> 32) ^ c1 ^ k0) & 0xFFFFFFFF,
            p1 & 0xFFFFFFFF,
            ((p0 >> 32) ^ c3 ^ k1) & 0xFFFFFFFF,
            p0 & 0xFFFFFFFF,
        )
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return [c0, c1, c2, c3]


def below(rate, site, step, *shape):
    """1 where the word is below the rate: dropped, or kept by zoneout."""
    count = torch.Size(shape).numel()
    words = []
    for block in range((count + 3) // 4):
        words += philox4x32((block, step, site, 0), (SEED, 2))
    return torch.tensor([float(word < rate * 2**32) for word in words[:count]]).reshape(shape)


def factors(edge, site, width):
    """Inverted dropout on an edge: [T, B, width]."""
    rate = edge["rate"]
    steps = [FIRST_STEP + (t if edge.get("mask", "sequence") == "step" else 0) for t in range(STEPS)]
    return torch.stack([1 - below(rate, site, step, BATCH, width) for step in steps]) / (1 - rate)


def uniform(*shape):
    return torch.round((torch.rand(shape) * 2 - 1) * 0.8, decimals=3)


GATES = {"lstm": 4, "gru": 3, "rnn": 1, "deepTransition": 1}


def draw_parameters(case):
    parameters = {"embedding.weight": uniform(VOCABULARY, EMBEDDING)}
    width = EMBEDDING + case["topics"]
    for layer, shape in enumerate(case["layers"]):
        cell, units = shape["cell"], shape["units"]
        name = f"layers.{layer}."
        if cell == "feedForward":
            parameters |= {name + "weight": uniform(width, units), name + "bias": uniform(units)}
        else:
            gates = GATES[cell] * units
            parameters[name + "inputWeight"] = uniform(width, gates)
            parameters[name + "recurrentWeight"] = uniform(units, gates)
            parameters[name + "bias"] = uniform(gates)
        if cell == "gru":
            parameters[name + "candidateBias"] = uniform(units)
        if cell == "deepTransition":
            for k in range(1, shape["depth"]):
                parameters[f"{name}transitions.{k}.weight"] = uniform(units, units)
                parameters[f"{name}transitions.{k}.bias"] = uniform(units)
            if shape["shortcut"]:
                parameters[name + "shortcutWeight"] = uniform(units, units)
        width = units
    width += case["topics"]
    if not case["tied"]:
        parameters["softmax.weight"] = uniform(width, VOCABULARY)
    elif width != EMBEDDING:
        parameters["softmax.projection"] = uniform(width, EMBEDDING)
    parameters["softmax.bias"] = uniform(VOCABULARY)
    return parameters


class Noise:
    """The table of dropout of a case, made definite."""

    def __init__(self, table, layer, units, inputs):
        self.table, self.layer = table, layer
        edge = table["input" if layer == 0 else "between"]
        self.per_gate = edge["perGate"]
        gates = 4 if self.per_gate else 1
        self.input = factors(edge, 2 * layer, gates * inputs).chunk(gates, 2)
        edge = table["recurrent"]
        self.hidden_gates = 4 if edge["perGate"] else 1
        self.hidden = factors(edge, 2 * layer + 1, self.hidden_gates * units).chunk(self.hidden_gates, 2)
        self.zoneout = table["zoneout"]

    def weight(self, weight):
        rate = self.table["recurrentWeight"]["rate"]
        return weight * (1 - below(rate, 65536 * 3 + self.layer, FIRST_STEP, *weight.shape)) / (1 - rate)

    def zone_out(self, part, t, before, candidate):
        rate, site = self.zoneout[part], 65536 * (1 if part == "hidden" else 2) + self.layer
        kept = below(rate, site, FIRST_STEP + t, *before.shape)
        return kept * before + (1 - kept) * candidate


def product(values, masks, weight):
    """(m * x) W, or for each gate (m_g * x) W_g."""
    if len(masks) == 1:
        return (values * masks[0]) @ weight
    return torch.cat([(values * m) @ w for m, w in zip(masks, weight.chunk(len(masks), 1))], 1)


def run_layer(shape, named, noise, values, context, state, layer):
    cell, units = shape["cell"], shape["units"]
    if cell == "feedForward":
        return torch.tanh((values * noise.input[0]) @ named["weight"] + named["bias"]), {}
    h, c = state[f"layers.{layer}.h"], state.get(f"layers.{layer}.c")
    recurrent = noise.weight(named["recurrentWeight"])
    outputs = []
    for t in range(STEPS):
        if noise.per_gate:
            z = product(values[t], [m[t] for m in noise.input], named["inputWeight"])
        else:
            x = values[t] * noise.input[0][t]
            if context is not None and layer == 0:
                x = torch.cat([x, context[t]], 1)
            z = x @ named["inputWeight"]
        z = z + named["bias"]
        masks = [m[t] for m in noise.hidden]
        from_hidden = product(h, masks, recurrent)
        if cell == "lstm":
            i, f, g, o = (z + from_hidden).chunk(4, 1)
            cell_candidate = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            candidate = torch.sigmoid(o) * torch.tanh(cell_candidate)
            c = noise.zone_out("cell", t, c, cell_candidate)
        elif cell == "gru":
            (xr, xz, xn), (hr, hz, hn) = z.chunk(3, 1), from_hidden.chunk(3, 1)
            reset, update = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
            new = torch.tanh(xn + reset * (hn + named["candidateBias"]))
            candidate = (1 - update) * new + update * h
        elif cell == "rnn":
            candidate = torch.tanh(z + from_hidden)
        else:
            candidate = torch.tanh(z + from_hidden)
            for k in range(1, shape["depth"]):
                y = candidate @ named[f"transitions.{k}.weight"] + named[f"transitions.{k}.bias"]
                if shape["shortcut"] and k == shape["depth"] - 1:
                    y = y + (h * masks[0]) @ named["shortcutWeight"]
                candidate = torch.tanh(y)
        h = candidate if cell == "deepTransition" else noise.zone_out("hidden", t, h, candidate)
        outputs.append(h)
    end = {f"layers.{layer}.h": h} | ({f"layers.{layer}.c": c} if cell == "lstm" else {})
    return torch.stack(outputs), end


def topic_features(case):
    table, log_f, features = case["topicTable"], torch.zeros(BATCH, case["topics"]), []
    for words in case["tokens"]:
        log_f = case["decay"] * log_f + (1 - case["decay"]) * table[words]
        features.append(torch.softmax(log_f, 1))
    return torch.stack(features)


def forward(parameters, case):
    table, final = case["table"], {}
    context = topic_features(case) if case["topics"] else None
    rate = table["embedding"]["rate"]
    words = (1 - below(rate, 65536 * 4, FIRST_STEP, VOCABULARY, 1)) / (1 - rate)
    values = (parameters["embedding.weight"] * words)[case["tokens"]]
    for layer, shape in enumerate(case["layers"]):
        prefix = f"layers.{layer}."
        named = {name[len(prefix) :]: value for name, value in parameters.items() if name.startswith(prefix)}
        noise = Noise(table, layer, shape["units"], values.shape[2])
        values, end = run_layer(shape, named, noise, values, context, case["initial"], layer)
        final |= end
    dropped = values * factors(table["output"], 2 * len(case["layers"]), values.shape[2])
    top = dropped if context is None else torch.cat([dropped, context], 2)
    if "softmax.projection" in parameters:
        top = top @ parameters["softmax.projection"]
    weight = parameters.get("softmax.weight", parameters["embedding.weight"].T)
    logits = top @ weight + parameters["softmax.bias"]
    nll = nn.functional.cross_entropy(logits.flatten(0, 1), case["targets"].flatten(), reduction="none")
    penalty = case["activation"] * (dropped**2).mean() + case["temporal"] * ((values[1:] - values[:-1]) ** 2).mean()
    return nll.reshape(STEPS, BATCH), penalty, final


def solve(case):
    parameters = {name: value.clone().requires_grad_() for name, value in case["parameters"].items()}
    nll, penalty, final = forward(parameters, case)
    loss = nll.sum() / BATCH + STEPS * penalty
    loss.backward()
    gradients = {name: value.grad for name, value in parameters.items()}
    return {"nll": nll, "penalty": penalty, "loss": loss, "final": final, "gradients": gradients}


OFF = {"rate": 0, "mask": "step", "perGate": False}
NOTHING = {
    "embedding": {"rate": 0},
    "input": OFF,
    "between": OFF,
    "output": {"rate": 0, "mask": "step"},
    "recurrent": OFF,
    "recurrentWeight": {"rate": 0},
    "zoneout": {"cell": 0, "hidden": 0},
}


def draw_case(layers, table, tied=False, topics=0, activation=0, temporal=0):
    case = {"layers": layers, "tied": tied, "topics": topics, "activation": activation, "temporal": temporal}
    case |= {"table": NOTHING | table, "seed": SEED, "step": FIRST_STEP}
    case["tokens"] = torch.randint(VOCABULARY, (STEPS, BATCH))
    case["targets"] = torch.randint(VOCABULARY, (STEPS, BATCH))
    case["parameters"] = draw_parameters(case)
    case["initial"] = {
        f"layers.{layer}.{part}": uniform(BATCH, shape["units"])
        for layer, shape in enumerate(layers)
        for part in {"lstm": "hc", "feedForward": ""}.get(shape["cell"], "h")
    }
    if topics:
        case["decay"] = 0.7
        case["topicTable"] = torch.round(torch.log_softmax(torch.randn(VOCABULARY, topics), 1), decimals=4)
    return case


def lstms(*widths):
    return [{"cell": "lstm", "units": width} for width in widths]


def make_cases():
    sequence = {"rate": 0.5, "mask": "sequence", "perGate": False}
    untied = sequence | {"perGate": True}
    step = {"rate": 0.25, "mask": "step", "perGate": False}
    output = {"rate": 0.4, "mask": "sequence"}
    cells = [
        {"cell": "gru", "units": 4},
        {"cell": "rnn", "units": 3},
        {"cell": "deepTransition", "units": 4, "depth": 3, "shortcut": True},
        {"cell": "feedForward", "units": 3},
    ]
    variational = {"embedding": {"rate": 0.3}, "output": output}
    return {
        "variational": draw_case(
            lstms(4, 3), variational | {"input": sequence, "between": sequence, "recurrent": sequence}
        ),
        "variational, a mask for each gate": draw_case(
            lstms(4, 3), variational | {"input": untied, "between": untied, "recurrent": untied}
        ),
        "naive, a mask for each gate": draw_case(lstms(3), {"recurrent": step | {"perGate": True}}),
        "AWD-LSTM": draw_case(
            lstms(4, 3),
            variational | {"input": sequence, "between": sequence, "recurrentWeight": {"rate": 0.5}},
            tied=True,
            activation=2,
            temporal=1,
        ),
        "zoneout": draw_case(lstms(4, 3), {"zoneout": {"cell": 0.5, "hidden": 0.25}}),
        "other cells": draw_case(cells, {"input": step, "between": step}),
        "other cells, regularized": draw_case(
            cells,
            {"recurrent": sequence, "recurrentWeight": {"rate": 0.3}, "zoneout": {"cell": 0, "hidden": 0.25}},
        ),
        "topics": draw_case(lstms(4), {"input": step, "output": output}, topics=3),
        "topics, tied": draw_case(lstms(2), {}, tied=True, topics=3),
    }


def main():
    torch.manual_seed(2)
    write_golden("make_family.py", {name: {**case, **solve(case)} for name, case in make_cases().items()})


if __name__ == "__main__":
    main()
