/** Measures `restart: true` in a chain of three dependents: the time until they are told to stop, and until all run again. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { msBetween, readClock } from './clock.ts'
import { type Bench, type Figure, OURS, setBar } from './figure.ts'
import { endProcess, type Process, startProcess, waitUntil } from './processes.ts'
import { median } from './statistics.ts'
import { ENTRYPOINT } from './tools.ts'

/** The containers. The first is the database; each of the others depends on the one before. */
const NAMES = ['db', 'api', 'app', 'web']
const FOLLOWERS = NAMES.slice(1)
const LAST = 'web'
const ROUNDS = 10

interface Round {
  /** The times in ms from the end of the database until the first dependent, and until all are told to stop. */
  readonly firstMs: number
  readonly allMs: number
  /** The time in ms from the moment when the database is ready until the command of the last dependent runs. */
  readonly againMs: number
}

export async function measureLiving({ stamp, directory }: Bench): Promise<readonly Figure[]> {
  if (stamp === undefined) return []
  const rounds: Round[] = []
  // Each round has new wrappers, since the second restart of a wrapper is delayed.
  for (let round = 0; round < ROUNDS; round++) rounds.push(await measureRound(stamp, `${directory}/${round}`))
  const again = median(rounds.map(({ againMs }) => againMs))
  const all = median(rounds.map(({ allMs }) => allMs))
  const first = median(rounds.map(({ firstMs }) => firstMs))
  const one = (value: number) => ({ [OURS]: value })
  return [
    { name: 'restart: true, from a death to the first follower told', unit: 'ms', values: one(first), bars: [] },
    {
      ...{ name: 'restart: true, from a death to all of three levels told', unit: 'ms', values: one(all) },
      bars: [setBar('<= 100 ms', all, 100)],
    },
    {
      ...{ name: 'restart: true, from database ready to the third level started', unit: 'ms', values: one(again) },
      bars: [setBar('<= 300 ms', again, 300)],
    },
  ]
}

/** Writes the command of a wrapper. Its application writes a stamp when it is told to stop, and has an exec probe for readiness. */
function writeWrapper(name: string, stamp: string, directory: string): readonly [string, ...string[]] {
  const before = NAMES[NAMES.indexOf(name) - 1]
  const behind = NAMES[NAMES.indexOf(name) + 1]
  const wait = `${directory}/run/${before}/ready`
  const up = `${directory}/${name}.up`
  const serve = `rm -f ${up}; trap '${stamp} ${directory}/${name}.told; exit 0' TERM; : > ${up}; while :; do sleep 3600 & wait; done`
  return [
    ...([ENTRYPOINT, `--run-dir=${directory}/run`, `--name=${name}`, '--restart-policy=Always', '--quiet'] as const),
    ...(before === undefined ? [] : [`--wait-file=${wait}`, `--restart-on=${wait}`]),
    ...(behind === undefined ? [] : [`--restart-with=${behind}`]),
    ...['--ready-exec', JSON.stringify(['test', '-e', up]), '--', 'sh', '-c', serve],
  ]
}

async function measureRound(stamp: string, directory: string): Promise<Round> {
  mkdirSync(directory)
  const start = (name: string) => startProcess(writeWrapper(name, stamp, directory))
  const running = await Promise.all(NAMES.map(start))
  const [database] = running as [Process]
  const toldAt = (name: string): string => `${directory}/${name}.told`
  try {
    await waitUntil('all were to be ready and', () => NAMES.every((name) => isReady(directory, name)))
    const died = readClock()
    await endProcess(database)
    await waitUntil('followers were to stop and', () =>
      FOLLOWERS.every((name) => readRecord(directory, name, 'restarting')?.['exitCode'] !== undefined),
    )
    const toldMs = FOLLOWERS.map((name) => msBetween(died, BigInt(readFileSync(toldAt(name), 'utf8').trim())))
    running.push(await start('db'))
    await waitUntil('all were to be ready again and', () => NAMES.every((name) => isReady(directory, name)))
    return { firstMs: Math.min(...toldMs), allMs: Math.max(...toldMs), againMs: measureReturn(directory) }
  } finally {
    for (const each of running) await endProcess(each)
  }
}

function measureReturn(directory: string): number {
  const momentOf = (name: string, flag: string): number => Date.parse(String(readRecord(directory, name, flag)?.['at']))
  return momentOf(LAST, 'started') - momentOf('db', 'ready')
}

function isReady(directory: string, name: string): boolean {
  return existsSync(`${directory}/run/${name}/ready`)
}

function readRecord(directory: string, name: string, flag: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(readFileSync(`${directory}/run/${name}/${flag}`, 'utf8')) as Record<string, unknown>
  } catch {
    return undefined
  }
}
