/** The tests that need root and podman: a set of their own, `npm run test:containers`. */
export default {
  extensions: ['ts'],
  files: ['test/containers/*.test.ts'],
  workerThreads: false,
  timeout: '120s',
}
