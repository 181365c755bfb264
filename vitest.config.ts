import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // oclif's captureOutput patches process.stdout itself; vitest's interception would hide it.
    disableConsoleIntercept: true,
    // Golden outputs are plain; a CI system may count as a terminal with colors.
    env: { NO_COLOR: '1' },
    testTimeout: 30_000,
    hookTimeout: 30_000,
    pool: 'forks',
  },
});
