/** Why a check could not be made, in the words of whoever wrote the probe. Pure. */

/** By the runtimes' error codes; Node and Bun agree on these, not on the messages that go with them. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'connection refused'],
  ['ECONNRESET', 'the connection was closed before the answer came'],
  ['EHOSTUNREACH', 'no route to the host'],
  ['ENETUNREACH', 'no route to the network'],
  ['ENOTFOUND', 'no such host'],
  ['ENOENT', 'not found'],
  ['EACCES', 'permission denied'],
])

/** @returns one clause; the first line of the message where the code says nothing. */
export function explainFault(code: string | undefined, message: string): string {
  return REASONS.get(code ?? '') ?? message.split('\n', 1)[0] ?? message
}
