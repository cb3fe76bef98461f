/** Runs a manifest with the built executable, and compares the order of events. */
import { LONG_LIMIT_MS } from './time-limit.ts'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

/** The deadline in ms. It is below ava's own, so that a pod that hangs is stopped and its events are reported. */
const DEADLINE_MS = LONG_LIMIT_MS
const PODORDER = fileURLToPath(new URL('../../dist/podorder', import.meta.url))

/** A line of `podorder run --json`. */
export interface Event {
  readonly event: string
  readonly container?: string
  readonly line?: string
  readonly reason?: string
}

/** A run of a pod, from its start to the exit of `podorder run`. */
export interface PodLife {
  readonly exitCode: number
  readonly events: readonly Event[]
  readonly stderr: string
}

/** Runs `podorder run --json` with these arguments until the pod ends. */
export async function runPod(...args: readonly string[]): Promise<PodLife> {
  const child = spawn(PODORDER, ['run', '--json', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: DEADLINE_MS,
  })
  const [stdout, stderr, [exitCode]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  const lines = stdout.split('\n').filter((line) => line !== '')
  return { exitCode: exitCode as number, events: lines.map((line) => JSON.parse(line) as Event), stderr }
}

/** Returns the output of a container in all its incarnations. */
export function linesOf(life: PodLife, container: string): readonly string[] {
  return life.events
    .filter((event) => event.event === 'output' && event.container === container)
    .map((event) => event.line ?? '')
}

/** Returns the containers of all events of a kind, in order. */
export function happenings(life: PodLife, event: string): readonly (string | undefined)[] {
  return life.events.filter((happening) => happening.event === event).map(({ container }) => container)
}

/** Tells whether the first event happened, and the second only after it. */
export function happenedBefore(life: PodLife, first: string, second: string): boolean {
  const told = life.events.map((event) => `${event.container} ${event.event}`)
  const earlier = told.indexOf(first)
  return earlier >= 0 && told.indexOf(second) > earlier
}

/** The range of ports. It is below the kernel's ports for clients (net.ipv4.ip_local_port_range), which other tests use. */
const PORTS = { first: 20_000, count: 12_000 }

const given = new Set<number>()

/** Finds free TCP ports. They all differ, also from those of earlier calls in this process. */
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
