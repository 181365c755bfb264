/** Preloaded into a training by memory.ts: at its end, writes what it needed at most to the file that ZLM_PEAK_FILE names. */
const { readFileSync, writeFileSync } = require('node:fs');

/** Not the resource usage: on Linux that begins with what the parent process had. */
function residentBytes() {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  return 1024 * Number(kilobytes[1]);
}

process.on('exit', () => {
  // The program has loaded the same module: tfjs is CommonJS.
  const backend = require('@tensorflow/tfjs').engine().findBackend('native');
  const peak = { residentBytes: residentBytes(), ...backend?.memoryPeak };
  writeFileSync(process.env.ZLM_PEAK_FILE, JSON.stringify(peak));
});
