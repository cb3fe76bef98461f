/** The tests that need root and podman: a set of their own, `npm run test:containers`. */
const scale = Number(process.env['TEST_TIME_SCALE'] ?? '1')

export default {
  extensions: ['ts'],
  files: ['test/containers/*.test.ts'],
  workerThreads: false,
  timeout: `${600 * scale}s`,
}
