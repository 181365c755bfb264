"""Times products and LSTM layers in PyTorch on a GPU, for bench/cuda-kernels.ts.

    python bench/pytorch_kernels.py '{"products": [...], "layers": [...]}'

Prints one JSON object: microseconds by name and precision, f32, tf32 and bf16; medians of batches between two events.
"""

import json
import statistics
import sys

import torch

RUNS, BATCHES = 20, 7
PRECISIONS = ("f32", "tf32", "bf16")


def timed(run):
    times = []
    for batch in range(BATCHES + 1):
        begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        begin.record()
        for _ in range(RUNS):
            run()
        end.record()
        end.synchronize()
        if batch > 0:  # the first is a warm-up
            times.append(1000 * begin.elapsed_time(end) / RUNS)
    return statistics.median(times)


def product(shape, dtype):
    m, n, k = shape["m"], shape["n"], shape["k"]
    a = torch.rand(m, k, device="cuda", dtype=dtype) if shape["transpose"] != "left" else torch.rand(k, m, device="cuda", dtype=dtype).t()
    b = torch.rand(k, n, device="cuda", dtype=dtype) if shape["transpose"] != "right" else torch.rand(n, k, device="cuda", dtype=dtype).t()
    out = torch.empty(m, n, device="cuda", dtype=dtype)
    return {"": timed(lambda: torch.mm(a, b, out=out))}


def layer(shape, dtype):
    steps, batch, units = shape["steps"], shape["batch"], shape["units"]
    lstm = torch.nn.LSTM(units, units).cuda().to(dtype)
    x = torch.rand(steps, batch, units, device="cuda", dtype=dtype, requires_grad=True)
    upstream = torch.ones(steps, batch, units, device="cuda", dtype=dtype)

    def forward():
        with torch.no_grad():
            lstm(x)

    def both():
        y, _ = lstm(x)
        y.backward(upstream)

    return {" forward": timed(forward), " forward and backward": timed(both)}


def main():
    shapes = json.loads(sys.argv[1])
    times = {}
    for precision in PRECISIONS:
        # float32 means float32: TF32 is a precision of its own.
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = precision != "f32"
        dtype = torch.bfloat16 if precision == "bf16" else torch.float32
        for measure, kind in ((product, "products"), (layer, "layers")):
            for shape in shapes[kind]:
                for part, microseconds in measure(shape, dtype).items():
                    times.setdefault(shape["name"] + part, {})[precision] = microseconds
    print(json.dumps(times))


main()
