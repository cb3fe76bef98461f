/** Runs `podorder explain` and `podorder timeline` with the fake API server. */
import type { ExecutionContext } from 'ava'
import type { PodTemplate } from '../../src/pod/pod.ts'
import type { ApiObject } from './api-store.ts'
import type { ApiServer, Rule } from './api-server.ts'
import { openPlace, type Place } from './podorder.ts'
import { openCluster } from './wait.ts'

export const PODS = '/api/v1/pods'

/** The permissions that the reference names. */
export const NEEDED: readonly Rule[] = [
  { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
]

export interface AskedScene {
  readonly server: ApiServer
  readonly place: Place
  readonly env: Readonly<Record<string, string>>
  readonly ask: (...words: readonly string[]) => ReturnType<Place['run']>
  readonly put: (pod: PodTemplate) => void
  /** Writes lines of a wrapper to a log, such as `+0.104 waiting for db/ready (…)`, with seconds since `at`. */
  readonly wrote: (pod: PodTemplate, container: string, at: string, lines: readonly string[]) => void
}

export async function openAsked(t: ExecutionContext): Promise<AskedScene> {
  const { server, kubeconfig } = await openCluster(t)
  server.trust({ 'secret-token': 'jane' })
  server.allow(NEEDED)
  const place = openPlace(t)
  const env = { KUBECONFIG: kubeconfig }
  return {
    server,
    place,
    env,
    ask: (...words) => place.run(words, { env }),
    put: (pod) => void server.store.put(PODS, pod as unknown as ApiObject),
    wrote(pod, container, at, lines) {
      const { name = '', namespace = '' } = pod.metadata ?? {}
      server.logs.write(`${namespace}/${name}/${container}`, writeLines(container, at, lines))
    },
  }
}

/** Formats lines of a log. A line without `+` is output of the command. */
export function writeLines(container: string, at: string, lines: readonly string[]): string {
  return lines
    .map((line) => {
      const [, seconds, message] = /^\+(\S+) (.*)$/.exec(line) ?? []
      if (seconds === undefined) return `${line}\n`
      const time = new Date(Date.parse(at) + Math.round(Number(seconds) * 1000)).toISOString()
      return `${time} entrypoint ${container}: ${message}\n`
    })
    .join('')
}
