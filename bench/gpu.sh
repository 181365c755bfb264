#!/usr/bin/env bash
# Everything that has to be seen on a real NVIDIA GPU, in one command that fits a quarter of an hour: is it right, is it
# clean, how fast is it beside PyTorch, and does it reach the paper's perplexities.
#
#     bench/gpu.sh [--kit .gpu] [--out gpu-results] [--minutes 14] [STAGE …]
#
# Stages, by default all of them in this order:
#   check     the contract suite on the GPU
#   table     the training step beside PyTorch and cuDNN, eager and as a graph, and zlm's without graphs
#   kernels   products and window kernels beside PyTorch's
#   sanitize  compute-sanitizer: memcheck and racecheck on small shapes
#   medium    configs/medium.yaml on Penn Treebank to the end, then its perplexities
#   large     configs/large.yaml likewise
# A stage that fails or runs out of time leaves its log, and the next one begins. The machine needs a driver; PyTorch for
# the comparisons; compute-sanitizer for its stage. The kit is made by bench/gpu-kit.sh.
set -uo pipefail
cd "$(dirname "$0")/.."

kit=.gpu out=gpu-results minutes=14 stages=()
while [ $# -gt 0 ]; do
  case $1 in
    --kit) kit=$2; shift 2 ;;
    --out) out=$2; shift 2 ;;
    --minutes) minutes=$2; shift 2 ;;
    -h | --help) sed -n '2,18s/^# \{0,1\}//p' "$0"; exit 0 ;;
    check | table | kernels | sanitize | medium | large) stages+=("$1"); shift ;;
    *) echo "gpu: unknown argument $1; see bench/gpu.sh --help" >&2; exit 2 ;;
  esac
done
[ ${#stages[@]} -gt 0 ] || stages=(check table kernels sanitize medium large)

mkdir -p "$out"
deadline=$((SECONDS + minutes * 60))
python=${PYTHON:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# ---- The machine and the kit
{ nvidia-smi; nvcc --version; "$python" -c 'import torch; print("torch", torch.__version__, torch.version.cuda)'; } > "$out/machine.txt" 2>&1
if [ ! -d node_modules ]; then
  tar -xJf "$kit/node_modules.tar.xz" || { echo "gpu: there is no kit in $kit; make it with bench/gpu-kit.sh" >&2; exit 1; }
fi
if ! command -v node > /dev/null; then
  xz -dc "$kit/node.xz" > "$work/node" && chmod +x "$work/node" && export PATH="$work:$PATH"
fi
mkdir -p "$work/ptb" && tar -xJf "$kit/ptb.tar.xz" -C "$work/ptb"
export ZLM_CACHE="$work/cache" ZLM_BACKEND=cuda NO_COLOR=1
zlm() { node bin/dev.js "$@"; }

# left: seconds until the deadline, at most the given number.
left() {
  local rest=$((deadline - SECONDS))
  echo $((rest < $1 ? (rest > 1 ? rest : 1) : $1))
}
# run LOG SECONDS COMMAND…: with its own limit, its output in a log, its outcome and time in the summary.
run() {
  local log=$1 limit begin=$SECONDS code
  limit=$(left "$2")
  shift 2
  timeout --kill-after=10 "$limit" "$@" > "$out/$log" 2>&1
  code=$?
  echo "$log: exit $code, $((SECONDS - begin)) s: $*" | tee -a "$out/summary.txt"
  return $code
}

check() {
  # The tests take the real driver where ZLM_CUDA_DRIVER names it.
  ZLM_CUDA_DRIVER=libcuda.so.1 run check.log 180 node node_modules/vitest/vitest.mjs run test/ops test/model test/backends/cuda
  tail -n 15 "$out/check.log"
}
table() {
  local model
  for model in large medium small; do
    run "table-$model.md" 100 node --import tsx bench/compare.ts --device cuda --python "$python" --turns 3 --seconds 4 \
      --precision f32,tf32,mixed "configs/$model.yaml"
    tail -n 6 "$out/table-$model.md"
  done
  # What captured steps are worth.
  ZLM_CUDA_GRAPHS=0 run table-no-graphs.txt 60 node bin/dev.js bench large medium small --backend cuda --no-product \
    --precision f32,mixed --rounds 3 --seconds 4
  tail -n 8 "$out/table-no-graphs.txt"
}
kernels() {
  run kernels.md 90 node --import tsx bench/cuda-kernels.ts --python "$python"
  tail -n 40 "$out/kernels.md"
}
sanitize() {
  local tool sanitizer
  sanitizer=$(command -v compute-sanitizer || ls /usr/local/cuda/bin/compute-sanitizer 2> /dev/null)
  [ -n "$sanitizer" ] || { echo "sanitize: there is no compute-sanitizer here" | tee -a "$out/summary.txt"; return 0; }
  for tool in memcheck racecheck; do
    ZLM_CUDA_DRIVER=libcuda.so.1 run "$tool.log" 60 "$sanitizer" --tool "$tool" --target-processes all --error-exitcode 9 \
      node --import tsx bench/cuda-kernels.ts --check-only
    grep -E 'ERROR SUMMARY|RACECHECK SUMMARY' "$out/$tool.log"
  done
}
# train MODEL SECONDS
train() {
  local model=$1
  [ -d "$work/data" ] || zlm prepare ptb --from "$work/ptb" --data "$work/data" > "$out/prepare.log" 2>&1
  run "$model.log" "$2" node bin/dev.js train "configs/$model.yaml" --set training.precision=mixed \
    --data "$work/data" --runs "$work/runs" --name "$model"
  local split
  for split in valid test; do
    run "$model-$split.json" 60 node bin/dev.js eval "$model" --split "$split" --data "$work/data" --runs "$work/runs" --json
  done
  cp "$work/runs/$model/metrics.jsonl" "$out/$model-metrics.jsonl"
  tail -n 5 "$out/$model.log"; cat "$out/$model-valid.json" "$out/$model-test.json"
}
medium() { train medium 200; }
large() { train large 480; }

for stage in "${stages[@]}"; do
  [ "$SECONDS" -lt "$deadline" ] || { echo "$stage: no time left" | tee -a "$out/summary.txt"; continue; }
  echo "== $stage"
  "$stage"
done
echo "== summary"
cat "$out/summary.txt"
