/** What podman says when something goes wrong, in one line. Pure. */

const PREFIX = /^Error: /
/** logrus, for what podman only mentions. */
const MENTIONED = /^time="[^"]*" level=(?:error|warning) msg=(".*")$/

/** What is not there is netavark's iptables: Debian's podman runs without it, but no pod with a network of its own does. */
const NO_FILTER = 'netavark: No such file or directory'
const NO_FILTER_FIX = 'install iptables, or write hostNetwork: true in the pod'

/**
 * From `Error: ` on, where it says so, else its last line. What it has mentioned before comes after it in parentheses: for a
 * network that cannot be set up, the reason may be there alone.
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
