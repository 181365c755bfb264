"""Makes optimizers.json: ten steps of PyTorch 2.15.0's optimizers on one small parameter, on the CPU in float64.

    python test/golden/pytorch/make_optimizers.py > test/golden/pytorch/optimizers.json

Each case has the parameter before the first step, the gradient of every step as it comes from the backward pass, and the
parameter after every step. The gradient is clamped (clip_grad_value_), then multiplied by `scale`, where a clip of its norm
would do the same; the optimizer then adds weightDecay times the parameter. `averages` are those of ASGD with lambd 0, which
leaves the step that of SGD, and `weights` the share of the newest parameter in each of them.
"""

import torch
from golden_file import write_golden

STEPS, SHAPE = 10, (2, 3)
MODERATE = {"learningRate": 0.1, "weightDecay": 0, "clipValue": None}

torch.set_default_dtype(torch.float64)


def uniform(*shape):
    return torch.round(torch.rand(shape) * 2 - 1, decimals=3)


def sgd(parameter, settings):
    return torch.optim.SGD([parameter], lr=settings["learningRate"], weight_decay=settings["weightDecay"])


def averaged_sgd(parameter, settings):
    rates = {"lr": settings["learningRate"], "weight_decay": settings["weightDecay"]}
    return torch.optim.ASGD([parameter], **rates, lambd=0, t0=3)


def adam(parameter, settings):
    return torch.optim.Adam(
        [parameter],
        lr=settings["learningRate"],
        betas=(settings["beta1"], settings["beta2"]),
        eps=settings["epsilon"],
        weight_decay=settings["weightDecay"],
    )


def rmsprop(parameter, settings):
    return torch.optim.RMSprop(
        [parameter],
        lr=settings["learningRate"],
        alpha=settings["decay"],
        eps=settings["epsilon"],
        weight_decay=settings["weightDecay"],
    )


OPTIMIZERS = {"sgd": sgd, "averagedSgd": averaged_sgd, "adam": adam, "rmsprop": rmsprop}


def solve(optimizer, settings, scale):
    start = uniform(*SHAPE)
    gradients = [uniform(*SHAPE) for _ in range(STEPS)]
    parameter = torch.nn.Parameter(start.clone())
    stepper = OPTIMIZERS[optimizer](parameter, settings)
    parameters, averages, weights = [], [], []
    for gradient in gradients:
        parameter.grad = gradient.clone()
        if settings["clipValue"] is not None:
            torch.nn.utils.clip_grad_value_([parameter], settings["clipValue"])
        parameter.grad *= scale
        if optimizer == "averagedSgd":
            weights.append(stepper.state[parameter].get("mu", torch.tensor(1.0)).item())
        stepper.step()
        parameters.append(parameter.detach().clone())
        if optimizer == "averagedSgd":
            averages.append(stepper.state[parameter]["ax"].clone())
    case = {"optimizer": optimizer, "settings": settings, "scale": scale}
    case |= {"parameter": start, "gradients": gradients, "parameters": parameters}
    return case | ({"averages": averages, "weights": weights} if averages else {})


def make_cases():
    decayed, clamped = {"weightDecay": 0.3}, {"clipValue": 0.4}
    betas = MODERATE | {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}
    other_betas = MODERATE | {"beta1": 0.8, "beta2": 0.95, "epsilon": 0.01}
    rms = MODERATE | {"decay": 0.99, "epsilon": 1e-8}
    other_rms = MODERATE | {"decay": 0.8, "epsilon": 0.01}
    return {
        "SGD": solve("sgd", MODERATE, 0.5),
        "SGD, weight decay": solve("sgd", MODERATE | decayed, 0.5),
        "SGD, clamped, weight decay": solve("sgd", MODERATE | decayed | clamped, 1),
        "ASGD": solve("averagedSgd", MODERATE, 1),
        "ASGD, weight decay": solve("averagedSgd", MODERATE | decayed, 0.25),
        "Adam": solve("adam", betas, 1),
        "Adam, scaled, weight decay": solve("adam", other_betas | decayed, 0.5),
        "Adam, clamped, weight decay": solve("adam", other_betas | decayed | clamped, 1),
        "RMSprop": solve("rmsprop", rms, 1),
        "RMSprop, scaled, weight decay": solve("rmsprop", other_rms | decayed, 0.5),
        "RMSprop, clamped, weight decay": solve("rmsprop", other_rms | decayed | clamped, 1),
    }


def main():
    torch.manual_seed(3)
    write_golden("make_optimizers.py", make_cases())


if __name__ == "__main__":
    main()
