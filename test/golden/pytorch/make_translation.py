"""Makes translation.json: forward pass, loss and gradients of tiny two-layer translators, computed by PyTorch 2.2.2 on the
CPU in float64.

    python test/golden/pytorch/make_translation.py > test/golden/pytorch/translation.json

Four cases, each complete in itself (inputs, then the results of PyTorch):
  shared    one stack and one embedding table read source and target
  separate  an encoder of its own, and tables of their own
  dot       the same with global attention (Luong et al. 2015, section 3.1), scores h·s
  general   the same with scores h·W·s

Conventions are those of make_language_model.py. The source is [S,B], the target [T,B] with <eos> (0) before its first word;
attention.contextWeight and attention.outputWeight are the two halves of W_c in tanh(W_c [c; h]).
`lengths` has the words of each target with its <eos>, and nll is 0 behind it.
"""

import torch
from golden_file import write_golden
from make_language_model import HIDDEN, run_lstm, uniform
from torch import nn

SOURCE_WORDS, TARGET_WORDS, EMBEDDING, SOURCE_STEPS, BATCH = 9, 7, 5, 4, 3
LENGTHS = (5, 3, 4)


def draw_stack(prefix):
    parameters = {}
    for layer, (inputs, hidden) in enumerate(zip((EMBEDDING, *HIDDEN), HIDDEN)):
        parameters[f"{prefix}layers.{layer}.inputWeight"] = uniform(inputs, 4 * hidden)
        parameters[f"{prefix}layers.{layer}.recurrentWeight"] = uniform(hidden, 4 * hidden)
        parameters[f"{prefix}layers.{layer}.bias"] = uniform(4 * hidden)
    return parameters


def draw_parameters(separate):
    parameters = {"embedding.weight": uniform(TARGET_WORDS, EMBEDDING), **draw_stack("")}
    parameters["softmax.weight"] = uniform(HIDDEN[-1], TARGET_WORDS)
    parameters["softmax.bias"] = uniform(TARGET_WORDS)
    if separate:
        parameters["source.embedding.weight"] = uniform(SOURCE_WORDS, EMBEDDING)
        parameters.update(draw_stack("encoder."))
    return parameters


def draw_attention(score):
    names = (["scoreWeight"] if score == "general" else []) + ["contextWeight", "outputWeight"]
    return {f"attention.{name}": uniform(HIDDEN[-1], HIDDEN[-1]) for name in names}


def attend(parameters, outputs, source):
    """The values that the softmax reads. outputs [T,B,H], source [S,B,H]."""
    queries = outputs @ parameters["attention.scoreWeight"] if "attention.scoreWeight" in parameters else outputs
    weights = torch.einsum("tbh,sbh->tbs", queries, source).softmax(2)
    context = torch.einsum("tbs,sbh->tbh", weights, source)
    combined = torch.cat([parameters["attention.contextWeight"], parameters["attention.outputWeight"]])
    return torch.tanh(torch.cat([context, outputs], 2) @ combined)


def run_stack(parameters, prefix, values, states):
    own = {name.removeprefix(prefix): value for name, value in parameters.items() if name.startswith(prefix)}
    ends = []
    for layer, state in enumerate(states):
        values, end = run_lstm(own, layer, values, state, None)
        ends.append(end)
    return values, ends


def solve(case):
    parameters = {name: value.clone().requires_grad_() for name, value in case["parameters"].items()}
    zero = [(torch.zeros(BATCH, hidden), torch.zeros(BATCH, hidden)) for hidden in HIDDEN]
    table = parameters.get("source.embedding.weight", parameters["embedding.weight"])
    prefix = "encoder." if "source.embedding.weight" in parameters else ""
    outputs, states = run_stack(parameters, prefix, table[case["source"]], zero)
    values, _ = run_stack(parameters, "", parameters["embedding.weight"][case["inputs"]], states)
    if "attention.outputWeight" in parameters:
        values = attend(parameters, values, outputs)
    logits = values @ parameters["softmax.weight"] + parameters["softmax.bias"]
    steps = max(LENGTHS)
    nll = nn.functional.cross_entropy(logits.flatten(0, 1), case["targets"].flatten(), reduction="none")
    nll = nll.reshape(steps, BATCH) * (torch.arange(steps)[:, None] < torch.tensor(LENGTHS))
    loss = nll.sum() / BATCH
    loss.backward()
    gradients = {name: value.grad for name, value in parameters.items()}
    return {"nll": nll, "loss": loss, "states": states, "gradients": gradients}


def draw_case(separate, attention=None):
    steps = max(LENGTHS)
    words = torch.randint(1, TARGET_WORDS, (steps, BATCH))
    inside = torch.arange(steps)[:, None] < torch.tensor(LENGTHS) - 1
    targets = torch.where(inside, words, 0)
    return {
        "parameters": {**draw_parameters(separate), **(draw_attention(attention) if attention else {})},
        "source": torch.randint(1, SOURCE_WORDS if separate else TARGET_WORDS, (SOURCE_STEPS, BATCH)),
        "inputs": torch.cat([torch.zeros(1, BATCH, dtype=torch.long), targets[:-1]]),
        "targets": targets,
        "lengths": torch.tensor(LENGTHS),
    }


def main():
    torch.manual_seed(1)
    cases = {
        "shared": draw_case(False),
        "separate": draw_case(True),
        "dot": draw_case(True, "dot"),
        "general": draw_case(True, "general"),
    }
    write_golden("make_translation.py", {name: {**case, **solve(case)} for name, case in cases.items()})


if __name__ == "__main__":
    main()
