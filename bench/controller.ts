/** Measures the controller: its CPU and memory with many pods, and whether it keeps up when all of them change. */
import { setTimeout as delay } from 'node:timers/promises'
import { type ApiServer, startApiServer } from '../test/support/api-server.ts'
import type { ApiObject } from '../test/support/api-store.ts'
import { createAuthority } from '../test/support/certificates.ts'
import { writeKubeconfig } from '../test/support/kubeconfig.ts'
import { readStream } from '../test/support/recordings.ts'
import { type Bench, type Figure, OURS, setBar } from './figure.ts'
import { underLoad } from './load.ts'
import { cpuSince, readMemory, readThreads } from './proc.ts'
import { endProcess, startProcess, waitUntil } from './processes.ts'
import { median, percentile } from './statistics.ts'
import { PODORDER } from './tools.ts'

const PODS = '/api/v1/pods'
const COUNT = 10_000
const PER_SECOND = 1000
const SECONDS = 20
const TICK_MS = 10
/** The time limit from the last change to the last patch, in ms. */
const CATCH_UP_MS = 10_000

/** @param command the words that start the controller */
export async function measureController(
  { directory }: Bench,
  command: readonly [string, ...string[]] = [PODORDER, 'controller'],
): Promise<readonly Figure[]> {
  const authority = createAuthority(directory)
  const server = await startApiServer({ authority })
  const kubeconfig = `${directory}/kubeconfig`
  writeKubeconfig(kubeconfig, { server, authority, user: '{}', namespace: 'bench' })
  const template = JSON.parse(readStream('pod-readinessProbe-false-true-false-true')[5] ?? '') as { object: ApiObject }
  for (let index = 0; index < COUNT; index++) put(server, template.object, `pod-${index}`, false)
  const begun = performance.now()
  const controller = await startProcess([
    ...command,
    ...['--kubeconfig', kubeconfig, '--port', '0', '--leader-elect=false', '--qps', '100000', '--burst', '100000'],
  ])
  try {
    await waitUntil('the controller was to watch and', () => server.watches() > 0)
    const listed = performance.now() - begun
    await delay(1000)
    const rest = readMemory(controller.pid)
    const threads = readThreads(controller.pid)
    const run = await change(server, template.object)
    const cpuMs = cpuSince(threads, readThreads(controller.pid)) / 1e6 / SECONDS
    const after = readMemory(controller.pid)
    const loaded = await underLoad(() => change(server, template.object))
    const one = (value: number) => ({ [OURS]: value })
    const name = `controller, ${COUNT} pods`
    const rate = `controller, ${PER_SECOND} changes/s`
    const p99 = percentile(run.lags, 99)
    const busy = percentile(loaded.lags, 99)
    return [
      { name: `${name}: listed and watched`, unit: 'ms', values: one(listed), bars: [] },
      { name: `${name}, PSS`, unit: 'MiB', values: one(rest.pss), bars: [] },
      {
        ...{ name: `${name}, highest RSS`, unit: 'MiB', values: one(after.peak) },
        bars: [setBar('<= 200 MiB', after.peak, 200)],
      },
      {
        ...{ name: `${rate}: CPU of a second`, unit: 'ms', values: one(cpuMs) },
        bars: [setBar('<= 1000 ms', cpuMs, 1000)],
      },
      { name: `${rate}: from change to patch`, unit: 'ms', values: one(median(run.lags)), bars: [] },
      { name: `${rate}: p99 of these`, unit: 'ms', values: one(p99), bars: [setBar('<= 1000 ms', p99, 1000)] },
      {
        ...{ name: `${rate}: p99 with all processors busy`, unit: 'ms', values: one(busy) },
        bars: [setBar('<= 2000 ms', busy, 2000)],
      },
      {
        ...{ name: `${rate}: not written in the end, all processors busy`, unit: '', values: one(loaded.lost) },
        bars: [setBar('none', loaded.lost, 0)],
      },
      {
        ...{ name: `${rate}: not written in the end`, unit: '', values: one(run.lost) },
        bars: [setBar('none', run.lost, 0)],
      },
      {
        ...{ name: `${rate}: patched twice`, unit: '', values: one(run.idle) },
        bars: [setBar('none', run.idle, 0)],
      },
    ]
  } finally {
    await endProcess(controller)
    await server.close()
  }
}

interface Run {
  /** The times from each change to its patch, in ms. */
  readonly lags: readonly number[]
  readonly lost: number
  /** The number of patches that changed nothing. */
  readonly idle: number
}

async function change(server: ApiServer, template: ApiObject): Promise<Run> {
  const changed = new Map<string, { readonly atMs: number; readonly ready: boolean }>()
  const lags: number[] = []
  let ours = false
  let patches = 0
  const stop = server.store.listen(({ object }) => {
    if (ours) return
    patches++
    const { name } = object.metadata
    const waiting = changed.get(name)
    if (waiting === undefined || waiting.ready !== (readReady(object) !== undefined)) return
    lags.push(performance.now() - waiting.atMs)
    changed.delete(name)
  })
  const asked = server.requests.length
  const begun = performance.now()
  for (let index = 0; index < PER_SECOND * SECONDS;) {
    const due = Math.min(((performance.now() - begun) / 1000) * PER_SECOND, PER_SECOND * SECONDS)
    for (; index < due; index++) {
      const name = `pod-${index % COUNT}`
      const ready = Math.floor(index / COUNT) % 2 === 0
      changed.set(name, { atMs: performance.now(), ready })
      ours = true
      put(server, template, name, ready)
      ours = false
    }
    await delay(TICK_MS)
  }
  const deadline = performance.now() + CATCH_UP_MS
  while (changed.size > 0 && performance.now() < deadline) await delay(TICK_MS)
  stop()
  const sent = server.requests.slice(asked).filter(({ verb }) => verb === 'patch').length
  return { lags, lost: changed.size, idle: sent - patches }
}

/**
 * Puts a pod whose sidecar is ready or not. The container that waits for it has started already, so the controller does not nudge the
 * kubelet.
 */
function put(server: ApiServer, template: ApiObject, name: string, ready: boolean): void {
  const found = server.store.find(PODS, 'bench', name)
  const annotations = { ...(found?.metadata['annotations'] as object), 'podorder.io/depends-on': 'web: [sidecar/side]' }
  const containers = [
    { name: 'web', ready: true, started: true, state: { running: {} } },
    { name: 'side', ready, started: true, state: { running: {} } },
  ]
  const { metadata, status, ...rest } = template as ApiObject & { readonly status: object }
  server.store.put(PODS, {
    ...rest,
    metadata: {
      ...metadata,
      name,
      namespace: 'bench',
      uid: `uid-${name}`,
      labels: { 'podorder.io/ordered': 'true' },
      annotations,
    },
    status: { ...status, containerStatuses: containers },
  })
}

function readReady({ metadata }: ApiObject): string | undefined {
  return (metadata['annotations'] as Readonly<Record<string, string>>)['podorder.io/ready']
}
