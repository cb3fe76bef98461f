/** The limit is on the time without any test that ends; TEST_TIME_SCALE multiplies it, as test/support/time-limit.ts does for others. */
const scale = Number(process.env['TEST_TIME_SCALE'] ?? '1')

export default {
  extensions: ['ts'],
  files: ['test/**/*.test.ts', '!test/containers/**'],
  // Tests own processes and signals.
  workerThreads: false,
  timeout: `${600 * scale}s`,
}
