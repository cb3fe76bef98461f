/** `podorder controller` as a process beside an API server's double, and pods for it. */
import type { ExecutionContext } from 'ava'
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { ApiServer } from '../../support/api-server.ts'
import type { ApiObject } from '../../support/api-store.ts'
import { eventually, inTime } from '../../support/eventually.ts'
import { openCluster } from '../../support/wait.ts'

const SOURCE = fileURLToPath(new URL('../../../cmd/podorder.ts', import.meta.url))
const EXECUTABLE = fileURLToPath(new URL('../../../dist/podorder', import.meta.url))

export const PODS = '/api/v1/pods'

export interface Line {
  readonly event: string
  readonly message: string
  readonly [detail: string]: unknown
}

export interface Controller {
  lines(): readonly Line[]
  says(text: string): Promise<Line>
  /** Of its status page. */
  get(path: string): Promise<{ readonly status: number; readonly text: string }>
  signal(signal: NodeJS.Signals): void
  readonly code: Promise<number | null>
}

export interface Setting {
  readonly server: ApiServer
  readonly start: (words?: readonly string[], runtime?: 'node' | 'bun') => Controller
}

export async function openSetting(t: ExecutionContext): Promise<Setting> {
  const { dir, server, kubeconfig } = await openCluster(t)
  const start: Setting['start'] = (words = [], runtime = 'bun') => {
    const program = runtime === 'bun' ? [EXECUTABLE] : [process.execPath, SOURCE]
    const [first = '', ...rest] = [...program, 'controller', '--port=0', ...words]
    const child = spawn(first, rest, {
      cwd: dir,
      env: { PATH: process.env['PATH'] ?? '', KUBECONFIG: kubeconfig },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    t.teardown(() => child.kill('SIGKILL'))
    let stderr = ''
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    const { promise, resolve } = Promise.withResolvers<number | null>()
    child.once('close', resolve)
    const lines = (): readonly Line[] =>
      stderr.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Line] : []))
    const says = (text: string): Promise<Line> =>
      eventually(`"${text}" in\n${stderr}`, () => lines().find(({ message }) => message.includes(text)))
    return {
      lines,
      says,
      async get(path) {
        const { port } = await says('watching the pods')
        const answer = await fetch(`http://127.0.0.1:${String(port)}${path}`)
        return { status: answer.status, text: await answer.text() }
      },
      signal: (signal) => void child.kill(signal),
      get code() {
        return inTime('its end', promise, () => stderr)
      },
    }
  }
  return { server, start }
}

interface Shape {
  /** Name, then whether it is ready, or its exit code. */
  readonly containers: Readonly<Record<string, boolean | number>>
  readonly dependsOn?: string
  readonly annotations?: Readonly<Record<string, string>>
  readonly labels?: Readonly<Record<string, string>>
  readonly phase?: string
  readonly restartPolicy?: string
}

/** A pod whose `app` is seen to have gone on when it is ready. */
export function makePod(name: string, shape: Shape): ApiObject {
  const {
    containers,
    dependsOn = 'app: {sidecar/proxy: ready}',
    labels = { 'podorder.io/ordered': 'true' },
    phase = 'Running',
    restartPolicy = 'Never',
  } = shape
  const startupProbe = { exec: { command: ['/podorder/bin/entrypoint', 'probe'] } }
  return {
    metadata: {
      name,
      namespace: 'rec',
      labels,
      annotations: { 'podorder.io/depends-on': dependsOn, ...shape.annotations },
    },
    spec: {
      restartPolicy,
      containers: Object.keys(containers).map((each) =>
        each === 'app' ? { name: each, startupProbe } : { name: each },
      ),
    },
    status: {
      phase,
      startTime: '2026-11-21T05:00:01Z',
      containerStatuses: Object.entries(containers).map(([each, state]) => ({
        name: each,
        ready: state === true,
        started: state === true,
        state: typeof state === 'number' ? { terminated: { exitCode: state } } : { running: {} },
      })),
    },
  }
}

/** Puts the pod's new state beside the annotations that it has been given meanwhile. */
export function changePod(server: ApiServer, name: string, shape: Shape): void {
  const found = server.store.find(PODS, 'rec', name)
  const pod = makePod(name, shape)
  const annotations = { ...(found?.metadata['annotations'] as object), ...(pod.metadata['annotations'] as object) }
  server.store.put(PODS, { ...pod, metadata: { ...found?.metadata, ...pod.metadata, annotations } })
}

export function readAnnotation(server: ApiServer, pod: string, name: string): string | undefined {
  const annotations = server.store.find(PODS, 'rec', pod)?.metadata['annotations']
  return (annotations as Readonly<Record<string, string>> | undefined)?.[`podorder.io/${name}`]
}

/** What an annotation has held, each value once in a row; from now on. */
export function follow(server: ApiServer, pod: string, name: string): readonly (string | undefined)[] {
  const values: (string | undefined)[] = [readAnnotation(server, pod, name)]
  server.store.listen(({ resource, object }) => {
    if (resource !== PODS || object.metadata.name !== pod) return
    const now = readAnnotation(server, pod, name)
    if (now !== values.at(-1)) values.push(now)
  })
  return values
}

export function countPatches(server: ApiServer): number {
  return server.requests.filter(({ verb }) => verb === 'patch').length
}
