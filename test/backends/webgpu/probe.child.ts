/** Prints whether the WebGPU backend can run in a process of its own, and why. */
import { webgpuBackend } from '../../../src/backends/webgpu/webgpu.js';

console.log(JSON.stringify({ webgpu: await webgpuBackend.probe({}) }));
