/**
 * Wall-clock limits of tests. A limit that is not the point of a test is generous: only a failing test ever waits so long, and the
 * suite has to hold on a machine that is ten times too busy. TEST_TIME_SCALE multiplies all of them.
 */

const SCALE = Number(process.env['TEST_TIME_SCALE'] ?? '1')
if (!(SCALE > 0)) throw new Error(`TEST_TIME_SCALE is "${process.env['TEST_TIME_SCALE']}", not a positive number`)

/** For something that takes a second or two on an idle machine. */
export const LIMIT_MS = 120_000 * SCALE

/** For what goes through a hundred of those. */
export const LONG_LIMIT_MS = 5 * LIMIT_MS
