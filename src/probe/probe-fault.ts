/** Says why a check could not be made, in words for the author of the probe. Pure. */

/** Reasons by error code. Node and Bun have the same codes, but different messages. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'connection refused'],
  ['ECONNRESET', 'the connection was closed before the answer came'],
  ['EHOSTUNREACH', 'no route to the host'],
  ['ENETUNREACH', 'no route to the network'],
  ['ENOTFOUND', 'no such host'],
  ['ENOENT', 'not found'],
  ['EACCES', 'permission denied'],
])

/** @returns one clause; the first line of the message when the code is unknown. */
export function explainFault(code: string | undefined, message: string): string {
  return REASONS.get(code ?? '') ?? message.split('\n', 1)[0] ?? message
}
