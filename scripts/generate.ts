/** Writes everything that is generated from the schemas of specs and sweeps and from the kernels' header: `npm run generate`. */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { CUDA_BINDING, generateCudaBinding } from './cuda-binding.js';
import { generateNativeBinding, NATIVE_BINDING } from './native-binding.js';
import { generateReference } from './spec-reference.js';
import { generateSweepTypes, generateTypes } from './spec-types.js';
import { generateSweepValidator, generateValidator } from './spec-validator.js';
import { generateWebgpuBinding, WEBGPU_BINDING } from './webgpu-binding.js';

/** Every generated file: its path in the repository and its text. */
export async function generateFiles(): Promise<{ path: string; text: string }[]> {
  return [
    { path: 'src/spec/spec.generated.ts', text: await generateTypes() },
    { path: 'src/spec/schema-validator.generated.ts', text: generateValidator() },
    { path: 'src/sweeps/sweep.generated.ts', text: await generateSweepTypes() },
    { path: 'src/sweeps/sweep-validator.generated.ts', text: generateSweepValidator() },
    { path: 'docs/spec.md', text: generateReference() },
    { path: NATIVE_BINDING, text: generateNativeBinding() },
    { path: CUDA_BINDING, text: generateCudaBinding() },
    { path: WEBGPU_BINDING, text: generateWebgpuBinding() },
  ];
}

async function main(): Promise<void> {
  for (const { path, text } of await generateFiles()) {
    await writeFile(new URL(`../${path}`, import.meta.url), text);
    console.log(path);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
