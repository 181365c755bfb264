/** The kernels of sampling: logits, and words drawn from them. */
import type { DrawAttributes } from '../../ops/draw.js';
import type { LogitsAttributes } from '../../ops/logits.js';
import { outOfMemory } from './array-store.js';
import type { Kernel } from './kernel.js';

/** See ops/logits.ts. */
export const logits: Kernel<LogitsAttributes> = ({ hidden, weight, bias }, { tied }, backend) => {
  const [rows, width] = hidden.shape;
  const [words] = bias.shape;
  const out = backend.allocate([rows, words]);
  const failed = backend.functions.logits({
    ...{ n: rows, h: width, v: words, tied: tied ? 1 : 0 },
    ...{ hidden: backend.floats(hidden), weight: backend.floats(weight), bias: backend.floats(bias) },
    logits: out.values,
  });
  if (failed) throw outOfMemory();
  return out.info;
};

/** See ops/draw.ts. */
export const draw: Kernel<DrawAttributes> = (inputs, attributes, backend) => {
  const { temperature, topK, banned, uniforms } = attributes;
  const [rows, words] = inputs.logits.shape;
  const draws = uniforms.length;
  const drawn = new Int32Array(draws);
  const failed = backend.functions.draw({
    ...{ n: draws, v: words, logits: backend.floats(inputs.logits), stride: rows === 1 ? 0 : words },
    ...{ temperature, topK: Math.min(topK ?? 0, words), banned, bans: banned.length, uniforms, drawn },
  });
  if (failed) throw outOfMemory();
  return backend.makeTensorInfo([draws], 'int32', drawn);
};
