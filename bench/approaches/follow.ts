/** Runs a pod with `podorder run`, with the kubelet's own delays, and follows the events that it prints. */
import { closeSync, openSync, readSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { endProcess, type Process, startProcess } from '../processes.ts'
import { PODORDER } from '../tools.ts'

/** The fields of a line of `podorder run --json` that are used here. */
export interface Line {
  /** The time in RFC 3339, with milliseconds. */
  readonly at: string
  readonly event: string
  readonly container?: string
  /** The process ID of the command, in the event `started`. */
  readonly pid?: number
  /** The line of output, in the event `output`. */
  readonly line?: string
}

export interface Followed {
  /** All lines so far, in the order of the output. */
  readonly lines: readonly Line[]
  /** Waits for a line from a position on. @param what the beginning of the error "… was not seen within 120 s" */
  readonly seek: (what: string, isIt: (line: Line) => boolean, from?: number) => Promise<Line>
  /** Stops the pod as if it were deleted. Returns when all its containers have ended. */
  readonly stop: () => Promise<void>
  /** Waits for the end of the pod. @throws when it has failed */
  readonly finish: () => Promise<void>
}

const LOOK_MS = 10
const PATIENCE_MS = 120_000

/**
 * Runs a pod. It has always ended when this returns.
 * @param notice gets each line after about 10 ms
 * @param use works with the running pod
 */
export async function followPod<Result>(
  pod: unknown,
  prefix: string,
  notice: (line: Line) => void,
  use: (followed: Followed) => Promise<Result>,
): Promise<Result> {
  const manifest = `${prefix}-pod.json`
  const printed = `${prefix}-events.jsonl`
  writeFileSync(manifest, JSON.stringify(pod))
  writeFileSync(printed, '')
  const file = openSync(printed, 'r')
  const words = ['sh', '-c', 'exec "$0" run --json "$1" >"$2"', PODORDER, manifest, printed] as const
  const run = await startProcess([...words], { stderr: 'pipe' })
  try {
    return await use(createFollowed(run, file, notice))
  } finally {
    await endProcess(run)
    closeSync(file)
  }
}

function createFollowed({ pid, ended }: Process, file: number, notice: (line: Line) => void): Followed {
  const lines: Line[] = []
  const buffer = Buffer.alloc(2 ** 16)
  let rest = ''
  let over = false
  void ended.then(() => (over = true))

  function look(): void {
    for (let size = readSync(file, buffer); size > 0; size = readSync(file, buffer)) {
      const [first = '', ...others] = buffer.toString('utf8', 0, size).split('\n')
      const whole = [rest + first, ...others]
      rest = whole.pop() ?? ''
      for (const text of whole) {
        const line = JSON.parse(text) as Line
        lines.push(line)
        notice(line)
      }
    }
  }

  /** @returns whether the condition became true before the run ended */
  async function lookUntil(what: string, isSo: () => boolean): Promise<boolean> {
    const deadline = performance.now() + PATIENCE_MS
    for (;;) {
      // This is read before the look, so that the last look sees all output of an ended run.
      const last = over
      look()
      if (isSo() || last) return isSo()
      if (performance.now() > deadline) throw new Error(`${what} was not seen within ${PATIENCE_MS / 1000} s`)
      await delay(LOOK_MS)
    }
  }

  return {
    lines,
    async seek(what, isIt, from = 0) {
      let seen = from
      let found: Line | undefined
      const isThere = await lookUntil(what, () => {
        while (found === undefined && seen < lines.length) {
          const line = lines[seen++]
          if (line !== undefined && isIt(line)) found = line
        }
        return found !== undefined
      })
      if (isThere && found !== undefined) return found
      throw new Error(`${what} was not seen; podorder run ended: ${(await ended).stderr.trim()}`)
    },
    async stop() {
      process.kill(pid, 'SIGINT')
      await lookUntil('the end of the pod', () => over)
    },
    async finish() {
      await lookUntil('the end of the pod', () => over)
      const { code, stderr } = await ended
      if (code !== 0) throw new Error(`podorder run ended with ${code}: ${stderr.trim()}`)
    },
  }
}

/** @returns the time between two lines, in s */
export function secondsBetween(from: Line, to: Line): number {
  return (Date.parse(to.at) - Date.parse(from.at)) / 1000
}
