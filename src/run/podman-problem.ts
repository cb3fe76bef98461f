/** Finds the error in podman's stderr, in one line. Pure. */

const PREFIX = /^Error: /
/** A log line of podman (logrus). */
const MENTIONED = /^time="[^"]*" level=(?:error|warning) msg=(".*")$/

/** The message of netavark when iptables is missing. Debian's podman does not require it, but a pod with its own network does. */
const NO_FILTER = 'netavark: No such file or directory'
const NO_FILTER_FIX = 'install iptables, or write hostNetwork: true in the pod'

/**
 * Returns the text from `Error: ` on, or the last line if there is no such text. Earlier log lines follow in parentheses: when podman
 * cannot set up a network, the reason may be only there.
 */
export function findProblem(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '')
  const start = lines.findIndex((line) => PREFIX.test(line))
  const mentions = lines.slice(0, Math.max(start, 0)).flatMap(readMention)
  const last = lines.slice(-1).flatMap((line) => [readMention(line)[0] ?? line])
  const words = (start === -1 ? last : lines.slice(start)).join(' ').replace(PREFIX, '')
  const more = mentions.length === 0 ? '' : ` (${mentions.join('; ')})`
  const problem = `${words.replaceAll(/\s+/g, ' ').trim()}${more}`
  return problem.includes(NO_FILTER) ? `${problem}; ${NO_FILTER_FIX}` : problem
}

function readMention(line: string): readonly string[] {
  const [, quoted] = MENTIONED.exec(line) ?? []
  if (quoted === undefined) return []
  try {
    return [String(JSON.parse(quoted)).replaceAll(/^"|"$/g, '')]
  } catch {
    return []
  }
}
