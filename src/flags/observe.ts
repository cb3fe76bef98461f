/** Follows a set of wait files: watches, then looks; looks again whenever something may have changed. */
import type { Look, Wait } from './judge.ts'
import { flagIn, nameOf, parentOf, refusalOf } from './layout.ts'
import { readRecord } from './record.ts'
import type { FlagPorts } from './ports.ts'

export interface Observation {
  /** Looks at all files now. */
  look(): void
  /** Stops; no callback comes after it. */
  close(): void
}

/** Flags of the end of a life: after one of them, the end of the wrapper is expected. */
const TERMINAL = new Set(['completed', 'failed', 'ended', 'stopped', 'exitCode'])

/**
 * Calls `decide` with one look for each wait, first at once and then after every change, until it returns an answer, which
 * `conclude` gets. The answer always comes from a fresh look at all waits, because an earlier state may have changed.
 */
export function observe<Answer>(
  waits: readonly Wait[],
  ports: FlagPorts,
  decide: (looks: readonly Look[]) => Answer | undefined,
  conclude: (answer: Answer) => void,
): Observation {
  const lifelines = new Map<string, { state(): Look['link']; close(): void }>()
  const byDirectory = new Map<string, number[]>()
  let closed = false
  let watch: { close(): Promise<void> } | undefined

  for (const [index, wait] of waits.entries()) {
    const directory = parentOf(wait.path)
    const together = byDirectory.get(directory)
    if (together === undefined) byDirectory.set(directory, [index])
    else together.push(index)
  }

  const lookAt = (wait: Wait): Look => {
    const directory = parentOf(wait.path)
    const { file, problem } = ports.flags.look(wait.path)
    const refused =
      file !== 'present' && problem === undefined && ports.flags.look(refusalOf(wait.path)).file !== 'absent'
    const refusal = refused ? readRecord(ports.flags.read(refusalOf(wait.path)) ?? '') : undefined
    let lifeline = lifelines.get(directory)
    if (lifeline === undefined) {
      lifeline = ports.lifelines.hold(directory, () => check(directory))
      lifelines.set(directory, lifeline)
    }
    const link = problem === undefined ? lifeline.state() : 'none'
    const questionable = file !== 'absent' && (link === 'lost' || link === 'connecting')
    const concluded = questionable && isConcluded(wait.path, directory)
    const returning = link === 'lost' && isThere(flagIn(directory, 'stopped')) && !isThere(flagIn(directory, 'ended'))
    return { file, problem, refusal, link, concluded, returning }
  }

  const isThere = (path: string): boolean => ports.flags.look(path).file !== 'absent'

  const isConcluded = (path: string, directory: string): boolean => {
    if (TERMINAL.has(nameOf(path))) return true
    const incarnationIn = (file: string) => readRecord(ports.flags.read(file) ?? '').incarnation
    const ended = incarnationIn(flagIn(directory, 'ended'))
    return ended !== undefined && ended === incarnationIn(path)
  }

  let looks: Look[] = []
  const check = (directory?: string): void => {
    if (closed) return
    const changed = directory === undefined ? undefined : byDirectory.get(directory)
    if (changed === undefined) looks = waits.map(lookAt)
    else for (const index of changed) looks[index] = lookAt(waits[index] as Wait)
    let answer = decide(looks)
    if (answer !== undefined && changed !== undefined && waits.length > changed.length) {
      looks = waits.map(lookAt)
      answer = decide(looks)
    }
    if (answer === undefined) return
    close()
    conclude(answer)
  }

  const close = (): void => {
    closed = true
    // Runs after the spawn, because closing takes longer than starting the command.
    setImmediate(() => {
      for (const lifeline of lifelines.values()) lifeline.close()
      void watch?.close()
    })
  }

  check()
  if (!closed && waits.length > 0) void follow()
  return { look: check, close }

  async function follow(): Promise<void> {
    const paths = waits.flatMap((wait) => [wait.path, refusalOf(wait.path)])
    const warn = (message: string) => ports.log({ event: 'warning', message })
    watch = await ports.watchPaths(paths, check, warn)
    if (closed) await watch.close()
    else check()
  }
}
