#!/usr/bin/env bash
# Packs what bench/gpu.sh needs on a bare GPU machine that reaches no network: Node, the packages, and the corpus.
#
#     bench/gpu-kit.sh PTB-FOLDER [KIT-FOLDER]        # the kit goes to .gpu by default: about 45 MB
#
# Run it on Linux x86-64 after `npm ci`, then copy the repository and the kit to the GPU machine.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -ge 1 ] || { sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 2; }
ptb=$(realpath "$1")
kit=$(realpath -m "${2:-.gpu}")
[ -d node_modules ] || { echo "gpu-kit: there is no node_modules here; run \`npm ci\` first" >&2; exit 1; }
for split in train valid test; do
  [ -f "$ptb/ptb.$split.txt" ] || { echo "gpu-kit: $ptb has no ptb.$split.txt" >&2; exit 1; }
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$kit"

# Programs that no benchmark and no test of the backend starts, and builds for browsers, are left out.
cp -aL node_modules "$work/node_modules"
cd "$work/node_modules"
rm -rf .cache @biomejs typescript @typescript prettier lightningcss* @types
find . \( -name '*.map' -o -name '*.d.ts' -o -name '*.md' \) -delete
find ./@tensorflow \( -name '*.min.js' -o -name '*.fesm.js' -o -name 'tf*.es2017.js' -o -name '*_test.js' \) -delete
cd "$work"
tar -c node_modules | xz -6 -T0 > "$kit/node_modules.tar.xz"
xz -6 -T0 -c "$(readlink -f "$(command -v node)")" > "$kit/node.xz"
tar -c -C "$ptb" ptb.train.txt ptb.valid.txt ptb.test.txt | xz -6 > "$kit/ptb.tar.xz"
ls -l "$kit" | awk 'NR > 1 { print $9, $5 " bytes" }'
