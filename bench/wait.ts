/** Measures `entrypoint wait`: the time until it ends after its pod is ready, and its cost while nothing happens. */
import { setTimeout as delay } from 'node:timers/promises'
import { type ApiServer, startApiServer } from '../test/support/api-server.ts'
import { createAuthority } from '../test/support/certificates.ts'
import { writeKubeconfig } from '../test/support/kubeconfig.ts'
import { msBetween, readClock } from './clock.ts'
import { type Bench, type Figure, OURS, setBar, summarize } from './figure.ts'
import { cpuSince, type Memory, readMemory, readThreads } from './proc.ts'
import { endProcess, type Process, startProcess, waitUntil, waitUntilIdle } from './processes.ts'
import { median, percentile } from './statistics.ts'
import { ENTRYPOINT, findProgram } from './tools.ts'

const PODS = '/api/v1/pods'
const NAMESPACE = 'bench'
/** The number of runs. It is low, so their p99 is the longest run. */
const RUNS = 30
/** The number of runs of programs that poll, which need seconds for each. */
const POLLING_RUNS = 10
const SETTLE_MS = 30_000
/** The time of the measurement in ms. It always includes one reminder, which is printed every 30 s. */
const WINDOW_MS = 30_000

interface Waiter {
  readonly name: string
  readonly command: readonly [string, ...string[]]
  /** The number of requests to the API after which it waits. */
  readonly asks: number
  /** The interval in ms at which it asks again; undefined: the API notifies it. */
  readonly pollMs?: number
}

export async function measureWait({ directory }: Bench): Promise<readonly Figure[]> {
  const authority = createAuthority(directory)
  const server = await startApiServer({ authority })
  const kubeconfig = `${directory}/kubeconfig`
  // The test server accepts any token. Without a token kubectl would ask for a user name.
  writeKubeconfig(kubeconfig, { server, authority, user: '{token: any}', namespace: NAMESPACE })
  try {
    const ours: Waiter = { name: OURS, command: [ENTRYPOINT, 'wait', `--kubeconfig=${kubeconfig}`, 'pod/x'], asks: 2 }
    const kubectl = findProgram('kubectl')
    const waiters = kubectl === undefined ? [ours] : [loopOver(kubectl, kubeconfig), ours]
    const samples = new Map<string, number[]>(waiters.map(({ name }) => [name, []]))
    for (let run = 0; run < RUNS; run++) {
      for (const waiter of waiters) {
        if (waiter.pollMs !== undefined && run % (RUNS / POLLING_RUNS) !== 0) continue
        samples.get(waiter.name)?.push(await timeRelease(waiter, server, run / RUNS))
      }
    }
    const p99 = summarize(samples, (times) => percentile(times, 99))
    const rest = await watchRest(ours, server)
    const idle = `wait pod/x, in ${WINDOW_MS / 1000} s after ${SETTLE_MS / 1000} s`
    const one = (value: number) => ({ [OURS]: value })
    return [
      { name: 'wait pod/x: from ready to exit, p50', unit: 'ms', values: summarize(samples, median), bars: [] },
      {
        ...{ name: 'wait pod/x: from ready to exit, p99', unit: 'ms', values: p99 },
        bars: [setBar('<= 20 ms', p99[OURS], 20)],
      },
      { name: `${idle}: CPU`, unit: 'ms', values: one(rest.cpuMs), bars: [setBar('<= 20 ms', rest.cpuMs, 20)] },
      {
        ...{ name: `${idle}: requests to the API`, unit: '', values: one(rest.requests) },
        bars: [setBar('none', rest.requests, 0)],
      },
      { name: 'wait pod/x, anonymous', unit: 'MiB', values: one(rest.memory.anonymous), bars: [] },
    ]
  } finally {
    await server.close()
  }
}

/**
 * Does the same as k8s-wait-for, with its pause of 2 s, but with less work: with `--raw` kubectl skips the discovery of the API, and
 * grep checks the pod instead of a template.
 */
function loopOver(kubectl: string, kubeconfig: string): Waiter {
  const script = `until "$0" "--kubeconfig=$1" get --raw "$2" | grep -q '"type":"Ready","status":"True"'; do sleep 2; done`
  const path = `/api/v1/namespaces/${NAMESPACE}/pods/x`
  return { name: 'sh loop', command: ['/bin/sh', '-c', script, kubectl, kubeconfig, path], asks: 1, pollMs: 2000 }
}

/**
 * @param phase the time of the change between two looks of a polling waiter, from 0 to 1
 * @returns the time in ms from the change in the API to the end of the process, including the sending of the watch event
 */
async function timeRelease(waiter: Waiter, server: ApiServer, phase: number): Promise<number> {
  const waiting = await startWaiting(waiter, server)
  try {
    if (waiter.pollMs !== undefined) await delay(phase * waiter.pollMs)
    const changed = readClock()
    putPod(server, 'True')
    const { code } = await waiting.ended
    const ms = msBetween(changed, readClock())
    if (code !== 0) throw new Error(`the waiter ${waiting.pid} ended with ${code}`)
    return ms
  } finally {
    await endProcess(waiting)
  }
}

/** Starts a waiter. Returns when it has sent its requests, and is at rest unless it polls. */
async function startWaiting({ command, asks, pollMs }: Waiter, server: ApiServer): Promise<Process> {
  putPod(server, 'False')
  const asked = server.requests.length
  const waiting = await startProcess(command)
  await waitUntil(`${command[0]} was to ask the API and`, () => server.requests.length >= asked + asks)
  if (pollMs === undefined) await waitUntilIdle(waiting.pid, { watching: false })
  return waiting
}

interface Rest {
  readonly cpuMs: number
  readonly requests: number
  readonly memory: Memory
}

async function watchRest(waiter: Waiter, server: ApiServer): Promise<Rest> {
  const waiting = await startWaiting(waiter, server)
  try {
    await delay(SETTLE_MS)
    const before = readThreads(waiting.pid)
    const asked = server.requests.length
    await delay(WINDOW_MS / 2)
    // An API server sends a bookmark about every minute.
    server.bookmark()
    await delay(WINDOW_MS / 2)
    return {
      cpuMs: cpuSince(before, readThreads(waiting.pid)) / 1e6,
      requests: server.requests.length - asked,
      memory: readMemory(waiting.pid),
    }
  } finally {
    await endProcess(waiting)
  }
}

function putPod(server: ApiServer, ready: 'True' | 'False'): void {
  const status = { phase: 'Running', conditions: [{ type: 'Ready', status: ready }] }
  server.store.put(PODS, { metadata: { name: 'x', namespace: NAMESPACE }, status })
}
