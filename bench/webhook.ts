/** Measures the webhook: the time of its responses, its cost, and its behaviour in a burst of too many requests. */
import { writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { Agent, request } from 'node:https'
import { type AddressInfo, createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { makeCredentials } from '../src/webhook/make-certificate.io.ts'
import { type Bench, type Figure, OURS, setBar } from './figure.ts'
import { underLoad } from './load.ts'
import { cpuSince, readMemory, readThreads } from './proc.ts'
import { endProcess, startProcess } from './processes.ts'
import { median, percentile } from './statistics.ts'
import { findProgram, PODORDER } from './tools.ts'

const PER_SECOND = 200
const SECONDS = 20
const WARM_SECONDS = 5

const UP_WITHIN_MS = 30_000

const BURST = 5000
const BURST_CONNECTIONS = 500

const CONTAINERS = 10

/** The number of clients that send expensive reviews at the same time. Each waits for its response, and then sends again. */
const HOSTILE_CLIENTS = 3
/** The highest number of containers in a review. Such reviews are the most expensive that the webhook accepts. */
const HOSTILE_CONTAINERS = 1000
const HOSTILE_SECONDS = 10
const BESIDE_HOSTILE = 20

export async function measureWebhook({ directory }: Bench): Promise<readonly Figure[]> {
  const { certificate, key, authority } = makeCredentials(['localhost'], Date.now(), 86_400_000)
  writeFileSync(`${directory}/tls.crt`, certificate)
  writeFileSync(`${directory}/tls.key`, key)
  const [port, healthPort] = await findPorts()
  const taskset = findProgram('taskset')
  const pinned: readonly string[] = taskset === undefined ? [] : [taskset, '-c', '0']
  const [program = PODORDER, ...args] = [
    ...[...pinned, PODORDER, 'webhook', '--cert-dir', directory],
    ...['--port', String(port), '--health-port', String(healthPort)],
  ]
  const server = await startProcess([program, ...args])
  const agentOf = (maxSockets: number) =>
    new Agent({ keepAlive: true, maxSockets, ca: authority, servername: 'localhost' })
  try {
    const steady = agentOf(20)
    let up = false
    const deadline = performance.now() + UP_WITHIN_MS
    while (!up) {
      if (performance.now() > deadline) throw new Error(`the webhook did not answer within ${UP_WITHIN_MS / 1000} s`)
      up = await ask(port, steady).then(
        ({ status }) => status === 200,
        () => delay(50).then(() => false),
      )
    }
    await askEvenly(port, steady, PER_SECOND, WARM_SECONDS)
    const before = readThreads(server.pid)
    const times = await askEvenly(port, steady, PER_SECOND, SECONDS)
    const cpuMs = cpuSince(before, readThreads(server.pid)) / 1e6 / times.length
    const rest = readMemory(server.pid)
    const loaded = percentile(await underLoad(() => askEvenly(port, steady, PER_SECOND, SECONDS)), 99)
    const beside = percentile(await besideHostile(port, agentOf(HOSTILE_CLIENTS), steady), 99)
    steady.destroy()
    const burst = await askAtOnce(port, agentOf(BURST_CONNECTIONS))
    const peak = readMemory(server.pid).peak
    const one = (value: number) => ({ [OURS]: value })
    const p99 = percentile(times, 99)
    return [
      { name: `webhook, ${PER_SECOND} reviews/s`, unit: 'ms', values: one(median(times)), bars: [] },
      { name: 'webhook, p99 of these', unit: 'ms', values: one(p99), bars: [setBar('<= 10 ms', p99, 10)] },
      {
        ...{ name: 'webhook, p99 with all processors busy', unit: 'ms', values: one(loaded) },
        bars: [setBar('<= 50 ms', loaded, 50)],
      },
      {
        ...{ name: `webhook, p99 beside ${HOSTILE_CLIENTS} clients with the dearest reviews`, unit: 'ms' },
        ...{ values: one(beside), bars: [setBar('<= 500 ms', beside, 500)] },
      },
      { name: 'webhook, CPU for each', unit: 'ms', values: one(cpuMs), bars: [] },
      { name: 'webhook, PSS after', unit: 'MiB', values: one(rest.pss), bars: [setBar('<= 120 MiB', rest.pss, 120)] },
      { name: `webhook, burst of ${BURST}: answered`, unit: '', values: one(burst.answered), bars: [] },
      { name: 'webhook, burst: refused by 429', unit: '', values: one(burst.refused), bars: [] },
      {
        ...{ name: 'webhook, burst: neither', unit: '', values: one(burst.lost) },
        bars: [setBar('none', burst.lost, 0)],
      },
      {
        name: 'webhook, burst: the slowest answer',
        unit: 'ms',
        values: one(burst.slowestMs),
        bars: [setBar('<= 10 s', burst.slowestMs, 10_000)],
      },
      { name: 'webhook, peak RSS', unit: 'MiB', values: one(peak), bars: [] },
    ]
  } finally {
    await endProcess(server)
  }
}

/** @returns two free ports */
async function findPorts(): Promise<readonly [number, number]> {
  const servers = [createServer(), createServer()] as const
  const ports = await Promise.all(
    servers.map(async (server) => {
      await once(server.listen(0, '127.0.0.1'), 'listening')
      return (server.address() as AddressInfo).port
    }),
  )
  for (const server of servers) server.close()
  return [ports[0] ?? 0, ports[1] ?? 0]
}

interface Reply {
  readonly status: number
  readonly ms: number
}

function ask(port: number, agent: Agent, body = writeReview()): Promise<Reply> {
  const began = performance.now()
  return new Promise((resolve, reject) => {
    const how = { host: '127.0.0.1', port, path: '/mutate?timeout=10s', method: 'POST', agent }
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const asked = request({ ...how, headers }, (response) => {
      response.resume()
      response.on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode ?? 0, ms: performance.now() - began }))
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

/** Sends requests at a constant rate, without waiting for earlier responses. @returns the times of the responses, in ms */
async function askEvenly(port: number, agent: Agent, perSecond: number, seconds: number): Promise<readonly number[]> {
  const began = performance.now()
  const replies: Promise<Reply>[] = []
  for (let sent = 0; sent < perSecond * seconds; sent++) {
    const early = began + (sent * 1000) / perSecond - performance.now()
    if (early > 0) await delay(early)
    replies.push(ask(port, agent))
  }
  return (await Promise.all(replies)).map(({ status, ms }) => {
    if (status !== 200) throw new Error(`the webhook answered with status ${status}`)
    return ms
  })
}

async function besideHostile(port: number, hostile: Agent, good: Agent): Promise<readonly number[]> {
  const review = writeDearest()
  const over = new AbortController()
  const clients = Array.from({ length: HOSTILE_CLIENTS }, async () => {
    while (!over.signal.aborted) await ask(port, hostile, review)
  })
  const times = await askEvenly(port, good, BESIDE_HOSTILE, HOSTILE_SECONDS)
  over.abort()
  await Promise.all(clients)
  hostile.destroy()
  return times
}

async function askAtOnce(port: number, agent: Agent) {
  const replies = await Promise.allSettled(Array.from({ length: BURST }, () => ask(port, agent)))
  agent.destroy()
  const got = replies.flatMap((reply) => (reply.status === 'fulfilled' ? [reply.value] : []))
  const answered = got.filter(({ status }) => status === 200)
  return {
    answered: answered.length,
    refused: got.filter(({ status }) => status === 429).length,
    lost: BURST - got.filter(({ status }) => status === 200 || status === 429).length,
    slowestMs: Math.max(0, ...answered.map(({ ms }) => ms)),
  }
}

let written = 0

/** Writes a review of a pod as the ReplicaSet controller creates it. No two are the same. */
function writeReview(): string {
  const name = `c${written++}`
  const names = Array.from({ length: CONTAINERS }, (_, index) => `${name}-${index}`)
  const dependencies = names
    .slice(2)
    .map((one, index) => `${one}: {${names[index]}: ready, ${names[index + 1]}: started}`)
  const mount = { name: 'kube-api-access', readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' }
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: 'bench-5d4f8-',
      namespace: 'bench',
      annotations: { 'podorder.io/depends-on': `${dependencies.join('\n')}\n` },
    },
    spec: {
      containers: names.map((one) => ({
        ...{ name: one, image: 'registry.example/app:1', command: ['/bin/app'], args: ['--serve', '--port=8080'] },
        env: Array.from({ length: 10 }, (_, index) => ({
          name: `VARIABLE_${index}`,
          value: 'some text of no meaning',
        })),
        readinessProbe: { httpGet: { path: '/healthz', port: 8080, scheme: 'HTTP' }, periodSeconds: 10 },
        ...{ resources: { requests: { cpu: '100m' } }, volumeMounts: [mount], imagePullPolicy: 'IfNotPresent' },
      })),
      ...{ restartPolicy: 'Always', terminationGracePeriodSeconds: 30, volumes: [{ name: mount.name, emptyDir: {} }] },
    },
  }
  return wrap(object)
}

/** Writes the most expensive review: containers in a sequence, each of which stops after all that follow it. */
function writeDearest(): string {
  const containers = Array.from({ length: HOSTILE_CONTAINERS }, (_, index) => ({
    name: `c${index}`,
    image: 'a',
    command: ['a'],
  }))
  const metadata = { name: 'dear', namespace: 'others', annotations: { 'podorder.io/steps': '*' } }
  return wrap({ apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers, restartPolicy: 'Never' } })
}

function wrap(object: {
  readonly metadata: { readonly namespace: string }
  readonly [field: string]: unknown
}): string {
  const { namespace } = object.metadata
  const resource = { group: '', version: 'v1', resource: 'pods' }
  const request = { uid: crypto.randomUUID(), resource, operation: 'CREATE', namespace, object }
  return JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request })
}
