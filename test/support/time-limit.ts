/**
 * Wall-clock limits of tests. They are long, since only a failing test reaches them, and the suite must pass on a machine with ten times
 * too much load. TEST_TIME_SCALE multiplies all of them.
 */

const SCALE = Number(process.env['TEST_TIME_SCALE'] ?? '1')
if (!(SCALE > 0)) throw new Error(`TEST_TIME_SCALE is "${process.env['TEST_TIME_SCALE']}", not a positive number`)

/** The limit in ms for actions that take a second or two on an idle machine. */
export const LIMIT_MS = 120_000 * SCALE

/** The limit in ms for a hundred of such actions. */
export const LONG_LIMIT_MS = 5 * LIMIT_MS
