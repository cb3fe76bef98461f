/** Runs a manifest through the built executable and tells what happened before what. */
import { LONG_LIMIT_MS } from './time-limit.ts'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

/** Under ava's own deadline, so that a pod that hangs is stopped, and what it did is told. */
const DEADLINE_MS = LONG_LIMIT_MS
const PODORDER = fileURLToPath(new URL('../../dist/podorder', import.meta.url))

/** One line of `podorder run --json`. */
export interface Event {
  readonly event: string
  readonly container?: string
  readonly line?: string
  readonly reason?: string
}

/** One life of one pod, from its start to the exit of `podorder run`. */
export interface PodLife {
  readonly exitCode: number
  readonly events: readonly Event[]
  readonly stderr: string
}

/** `podorder run --json` with these arguments; the pod's own end ends it. */
export async function runPod(...args: readonly string[]): Promise<PodLife> {
  const child = spawn(PODORDER, ['run', '--json', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: DEADLINE_MS,
  })
  const [stdout, stderr, [exitCode]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  const lines = stdout.split('\n').filter((line) => line !== '')
  return { exitCode: exitCode as number, events: lines.map((line) => JSON.parse(line) as Event), stderr }
}

/** What a container printed, in all its incarnations. */
export function linesOf(life: PodLife, container: string): readonly string[] {
  return life.events
    .filter((event) => event.event === 'output' && event.container === container)
    .map((event) => event.line ?? '')
}

/** The containers to which this happened, in the order in which it did. */
export function happenings(life: PodLife, event: string): readonly (string | undefined)[] {
  return life.events.filter((happening) => happening.event === event).map(({ container }) => container)
}

/** Did the first come, and the second only after it? */
export function happenedBefore(life: PodLife, first: string, second: string): boolean {
  const told = life.events.map((event) => `${event.container} ${event.event}`)
  const earlier = told.indexOf(first)
  return earlier >= 0 && told.indexOf(second) > earlier
}

/** Below those that the kernel gives to clients (net.ipv4.ip_local_port_range), which tests beside this one are. */
const PORTS = { first: 20_000, count: 12_000 }

const given = new Set<number>()

/** TCP ports that nobody listens on. They differ, in this process from all that were given before. */
export async function findFreePorts(count: number): Promise<readonly number[]> {
  const ports: number[] = []
  while (ports.length < count) {
    const port = PORTS.first + Math.floor(Math.random() * PORTS.count)
    if (given.has(port) || !(await isFree(port))) continue
    given.add(port)
    ports.push(port)
  }
  return ports
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port)
  const free = await once(server, 'listening').then(
    () => true,
    () => false,
  )
  if (free) await new Promise((closed) => server.close(closed))
  return free
}
