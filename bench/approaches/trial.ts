/** A trial of the voting pod: until its result, through the kill of its database, and to its end. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { type Followed, followPod, type Line, secondsBetween } from './follow.ts'
import { ANSWER, findPorts, LISTENING, NEEDS, SERVERS } from './voting.ts'

export type MakePod = (ports: Awaited<ReturnType<typeof findPorts>>, readyDirectory: string) => unknown

export interface Trial {
  /** The time from the start of the pod to its result, in s. */
  readonly answerS: number
  /** The restarts of all containers until then. */
  readonly restarts: number
  /** Whether each server was told to stop after its dependents. */
  readonly reversed: boolean
  readonly recovery: Recovery | undefined
}

/** The recovery after kills of `postgres` and, as soon as that has ended, of `worker`. */
export interface Recovery {
  /** The time until `worker` listens again, in s. */
  readonly afterS: number
  /** The number of restarts other than those of the two killed containers. */
  readonly crashes: number
}

/** Runs a trial. @param kills whether the database is killed after the result */
export async function tryPod(makePod: MakePod, prefix: string, kills: boolean): Promise<Trial> {
  const ready = `${prefix}-ready`
  mkdirSync(ready)
  const pod = makePod(await findPorts(), ready)
  return followPod(pod, prefix, mirror(ready), async (followed) => {
    const { lines, seek } = followed
    const answer = await seek('the answer', (line) => line.container === 'result' && ANSWER.test(line.line ?? ''))
    const [begin = answer] = lines
    const restarts = countRestarts(lines.slice(0, lines.indexOf(answer)))
    const recovery = kills ? await killDatabase(followed) : undefined
    const told = lines.length
    await followed.stop()
    const reversed = isReversed(lines.slice(told))
    return { answerS: secondsBetween(begin, answer), restarts, reversed, recovery }
  })
}

/** Writes a file for each container that is ready, which takes the place of its status in the API. */
function mirror(directory: string): (line: Line) => void {
  return ({ event, container }) => {
    if (event === 'ready') writeFileSync(`${directory}/${container}`, '')
    else if (event === 'unready' || event === 'ended') rmSync(`${directory}/${container}`, { force: true })
  }
}

async function killDatabase({ lines, seek }: Followed): Promise<Recovery> {
  const from = lines.length
  killCommand(lines, 'postgres')
  const killed = await seek(
    'the end of postgres',
    (line) => line.event === 'ended' && line.container === 'postgres',
    from,
  )
  killCommand(lines, 'worker')
  const isBack = (line: Line): boolean => line.container === 'worker' && LISTENING.test(line.line ?? '')
  const back = await seek('the new worker', isBack, from)
  return { afterS: secondsBetween(killed, back), crashes: countRestarts(lines.slice(from, lines.indexOf(back))) - 2 }
}

function killCommand(lines: readonly Line[], name: string): void {
  const pid = lines.findLast(({ event, container }) => event === 'started' && container === name)?.pid
  if (pid === undefined) throw new Error(`nothing was told of ${name}'s process`)
  process.kill(pid, 'SIGKILL')
}

function countRestarts(lines: readonly Line[]): number {
  return lines.filter(({ event }) => event === 'restarting').length
}

/** Tells whether the servers stopped in reverse, by the lines that they print on SIGTERM. */
function isReversed(lines: readonly Line[]): boolean {
  const order = lines.flatMap(({ container, line }) => (line === 'stopped' ? [container] : []))
  const placeOf = (name: string): number => {
    const place = order.indexOf(name)
    if (place === -1) throw new Error(`${name} was not told to stop`)
    return place
  }
  return SERVERS.every((name) => NEEDS[name].every((needed) => placeOf(name) < placeOf(needed)))
}
