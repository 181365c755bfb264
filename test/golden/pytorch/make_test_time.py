"""Makes test_time.json: dynamic evaluation (Krause et al. 2018, RMS form) and the neural cache (Grave et al. 2017) around tiny LSTM
language models, computed by PyTorch on the CPU in float64, token by token.

    python test/golden/pytorch/make_test_time.py > test/golden/pytorch/test_time.json

Conventions are those of make_language_model.py. `rms` is the root mean square of the gradient of the mean loss of each training
window of [STEPS, COLUMNS] tokens, the state carried; r-bar is the mean over all parameters of their mean rms.
"""

import math

import torch
from golden_file import write_golden

VOCABULARY, EMBEDDING, HIDDEN, STEPS, COLUMNS = 9, 3, (4, 3), 5, 4
SETTINGS = {"learningRate": 0.02, "decay": 0.3, "epsilon": 0.01, "length": STEPS}
CACHES = [{"flatness": 0.7, "weight": 0.2, "window": 6}, {"flatness": 3.0, "weight": 0.5, "window": 100}]

torch.set_default_dtype(torch.float64)
torch.manual_seed(1)


def run(p, tokens, state):
    """Returns what the softmax reads after each token, [T, B, H], and the state after the last."""
    hidden = []
    for ids in tokens:
        x, after = p["embedding.weight"][ids], []
        for layer, (h, c) in enumerate(state):
            gates = x @ p[f"layers.{layer}.inputWeight"] + h @ p[f"layers.{layer}.recurrentWeight"] + p[f"layers.{layer}.bias"]
            i, f, g, o = gates.chunk(4, dim=1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            x = torch.sigmoid(o) * torch.tanh(c)
            after.append((x, c))
        hidden.append(x)
        state = after
    return torch.stack(hidden), [(h.detach(), c.detach()) for h, c in state]


def nlls_of(p, hidden, targets):
    weight = p["softmax.weight"] if "softmax.weight" in p else p["embedding.weight"].T
    logs = torch.log_softmax(hidden @ weight + p["softmax.bias"], dim=-1)
    return -logs.gather(-1, targets.unsqueeze(-1)).squeeze(-1)


def zero_state(hidden, columns):
    return [(torch.zeros(columns, units), torch.zeros(columns, units)) for units in hidden]


def statistics(p, text, hidden):
    columns = text[: len(text) // COLUMNS * COLUMNS].view(COLUMNS, -1).T
    state, squares, count = zero_state(hidden, COLUMNS), {name: 0 for name in p}, 0
    for start in range(0, len(columns) - STEPS, STEPS):
        output, state = run(p, columns[start : start + STEPS], state)
        loss = nlls_of(p, output, columns[start + 1 : start + 1 + STEPS]).mean()
        for name, g in zip(p, torch.autograd.grad(loss, list(p.values()))):
            squares[name] = squares[name] + g**2
        count += 1
    return {name: (square / count).sqrt() for name, square in squares.items()}


def dynamic_evaluation(p, rms, text, hidden):
    trained = {name: value.detach().clone() for name, value in p.items()}
    mean = sum(r.mean() for r in rms.values()) / len(rms)
    state, nlls = zero_state(hidden, 1), []
    for start in range(0, len(text) - 1, STEPS):
        inputs, targets = text[start : start + STEPS], text[start + 1 : start + 1 + STEPS]
        output, state = run(p, inputs[: len(targets)].unsqueeze(1), state)
        losses = nlls_of(p, output, targets.unsqueeze(1))
        nlls += losses.flatten().tolist()
        gradients = torch.autograd.grad(losses.mean(), list(p.values()))
        for (name, value), g in zip(p.items(), gradients):
            rate = torch.clamp(rms[name] / mean, max=1 / SETTINGS["decay"])
            step = SETTINGS["decay"] * rate * (trained[name] - value)
            step = step - SETTINGS["learningRate"] * g / (rms[name] + SETTINGS["epsilon"])
            p[name] = (value + step).detach().requires_grad_()
    return nlls, p


def cache(p, text, hidden, settings):
    """One word after the other, each compared with each that came before it."""
    output, _ = run(p, text[:-1].unsqueeze(1), zero_state(hidden, 1))
    vectors, result = output.squeeze(1).tolist(), []
    for t, nll in enumerate(nlls_of(p, output, text[1:].unsqueeze(1)).flatten().tolist()):
        past = range(max(0, t - settings["window"]), t)
        weights = [math.exp(settings["flatness"] * sum(a * b for a, b in zip(vectors[t], vectors[i]))) for i in past]
        same = sum(w for i, w in zip(past, weights) if text[i + 1] == text[t + 1])
        share = settings["weight"] if weights else 0
        result.append(-math.log((1 - share) * math.exp(-nll) + (share * same / sum(weights) if weights else 0)))
    return result


def case(tied):
    hidden = HIDDEN
    shapes = {"embedding.weight": (VOCABULARY, EMBEDDING)}
    for layer, (inputs, units) in enumerate(zip((EMBEDDING, *hidden), hidden)):
        shapes |= {f"layers.{layer}.inputWeight": (inputs, 4 * units), f"layers.{layer}.recurrentWeight": (units, 4 * units)}
        shapes |= {f"layers.{layer}.bias": (4 * units,)}
    shapes |= {} if tied else {"softmax.weight": (hidden[-1], VOCABULARY)}
    shapes |= {"softmax.bias": (VOCABULARY,)}
    p = {name: torch.round((torch.rand(shape) * 2 - 1), decimals=3).requires_grad_() for name, shape in shapes.items()}
    # The last word never occurs in the training text, so that some statistics are zero; the text repeats itself, so that a
    # cache finds something.
    train = torch.randint(VOCABULARY - 1, (90,))
    text = torch.cat([torch.randint(VOCABULARY, (17,)), train[:11], train[:9]])
    start = {name: value.detach().clone() for name, value in p.items()}
    cached = [{"settings": settings, "nlls": torch.tensor(cache(p, text, hidden, settings))} for settings in CACHES]
    rms = statistics(p, train, hidden)
    nlls, adapted = dynamic_evaluation(p, rms, text, hidden)
    return {
        "parameters": start,
        "train": train,
        "columns": COLUMNS,
        "text": text,
        "rms": rms,
        "dynamic": {"settings": SETTINGS, "nlls": torch.tensor(nlls), "adapted": {k: v.detach() for k, v in adapted.items()}},
        "caches": cached,
    }


write_golden("make_test_time.py", {"plain": case(False), "tied": case(True)})
