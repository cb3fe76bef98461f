/** A container that waits for a target outside its pod, and a fake API server for it. */
import type { ExecutionContext } from 'ava'
import type { ApiServer } from './api-server.ts'
import { openStage, type Runtime, type Stage, type Wrapper } from './entrypoint.ts'
import { eventually } from './eventually.ts'
import { openCluster } from './wait.ts'

const PODS = '/api/v1/pods'
export const JOBS = '/apis/batch/v1/jobs'

/** Returns the metadata of an object. */
export const meta = (name: string, labels: Readonly<Record<string, string>> = { app: name }) => ({
  metadata: { name, namespace: 'rec', labels },
})

export const condition = (type: string, more: object = {}) => ({ conditions: [{ type, status: 'True', ...more }] })

export function putPod(server: ApiServer, name: string, ready: boolean): void {
  const status = ready ? { phase: 'Running', ...condition('Ready') } : { phase: 'Pending' }
  server.store.put(PODS, { ...meta(name), status })
}

export function putJob(server: ApiServer, name: string, end?: object): void {
  server.store.put(JOBS, { ...meta(name), status: { active: 1, ...end } })
}

export interface Scene {
  readonly server: ApiServer
  readonly stage: Stage
  /** Starts the container `app`, which prints `open`. */
  readonly start: (flags: readonly string[], runtime?: Runtime) => Wrapper
  readonly env: Readonly<Record<string, string>>
}

export async function openScene(t: ExecutionContext): Promise<Scene> {
  const { server, kubeconfig } = await openCluster(t)
  const stage = openStage(t)
  const env = { PATH: process.env['PATH'] ?? '', KUBECONFIG: kubeconfig }
  const start: Scene['start'] = (flags, runtime = 'executable') =>
    stage.member('app', [...flags, '--', 'echo', 'open'], { runtime, env })
  return { server, stage, start, env }
}

export function says(wrapper: Wrapper, text: string): Promise<unknown> {
  return eventually(`"${text}"`, () => wrapper.stderr().includes(text))
}
