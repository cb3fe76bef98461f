/**
 * The voting pod of `examples/voting` in the form of each approach, with the same programs, ports and dependencies. `result` continues
 * to run after its result, so that the pod does not end.
 */
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { ENTRYPOINT } from '../tools.ts'

export const SERVERS = ['redis', 'postgres', 'worker', 'vote'] as const

export type Server = (typeof SERVERS)[number]
type Role = Server | 'result'
type Ports = Readonly<Record<Server, number>>

/** The dependencies of each role. `postgres` depends on `redis` so that there is an order of stops. */
export const NEEDS: Readonly<Record<Role, readonly Server[]>> = {
  redis: [],
  postgres: ['redis'],
  worker: ['redis', 'postgres'],
  vote: ['worker'],
  result: ['postgres', 'vote'],
}

/** The output of `result` when it has counted the votes. */
export const ANSWER = /^cats 3, dogs 2$/
export const LISTENING = /^listening on port/

const ROLES: readonly Role[] = [...SERVERS, 'result']
const APP = fileURLToPath(new URL('../../examples/voting/app.mjs', import.meta.url))
const STAYING = '"$0" "$@" && exec sleep 600'
/** A script that waits for ports. It does not use `nc -z` as usual, since not every machine has that. */
const POLLING = 'for port in $0; do until (: </dev/tcp/127.0.0.1/$port) 2>/dev/null; do sleep 1; done; done; exec "$@"'

interface Container {
  readonly name: Role
  readonly command: readonly string[]
  readonly [field: string]: unknown
}

/** @returns a free port for each server */
export async function findPorts(): Promise<Ports> {
  const servers = SERVERS.map((name) => [name, createServer().listen(0, '127.0.0.1')] as const)
  const found = await Promise.all(
    servers.map(async ([name, server]) => {
      await new Promise((resolve, reject) => server.once('listening', resolve).once('error', reject))
      const address = server.address()
      return [name, typeof address === 'object' && address !== null ? address.port : 0] as const
    }),
  )
  await Promise.all(servers.map(([, server]) => new Promise((resolve) => server.close(resolve))))
  return Object.fromEntries(found) as Record<Server, number>
}

/** Makes the pod without any order. */
export function unordered(ports: Ports): unknown {
  return makePod({ containers: makeContainers(ports) })
}

/** Makes the pod with a shell loop before each command, which checks its ports once a second. */
export function looping(ports: Ports): unknown {
  const wait = ({ name, command }: Container) => {
    const needed = NEEDS[name].map((server) => ports[server])
    return needed.length === 0 ? command : ['bash', '-c', POLLING, needed.join(' '), ...command]
  }
  return makePod({ containers: makeContainers(ports).map((made) => ({ ...made, command: wait(made) })) })
}

/** Makes the pod with the servers as native sidecars. The kubelet starts each after the startup probe of the previous one succeeds. */
export function inSequence(ports: Ports): unknown {
  const all = makeContainers(ports)
  const initContainers = all.flatMap((made) => {
    if (made.name === 'result') return []
    const startupProbe = { tcpSocket: { port: ports[made.name] }, periodSeconds: 1, failureThreshold: 60 }
    return [{ ...made, restartPolicy: 'Always', startupProbe }]
  })
  return makePod({ initContainers, containers: all.filter(({ name }) => name === 'result') })
}

/**
 * Makes the pod in which each command waits until the kubelet reports its dependencies as ready. In place of the watch of the API it
 * waits for files, which `mirror` of trial.ts writes.
 * @param periodSeconds the period of the readiness probes
 * @param directory the directory of those files
 */
export function byKubelet(ports: Ports, periodSeconds: number, directory: string): unknown {
  return makePod({
    containers: makeContainers(ports).map((made) => {
      const files = NEEDS[made.name].map((server) => `--wait-file=${directory}/${server}`)
      const command =
        files.length === 0 ? made.command : [ENTRYPOINT, '--quiet', '--exec', ...files, '--', ...made.command]
      if (made.name === 'result') return { ...made, command }
      // A kubelet begins to probe after its next relist, which is each second.
      const readinessProbe = { tcpSocket: { port: ports[made.name] }, periodSeconds, initialDelaySeconds: 1 }
      return { ...made, command, readinessProbe }
    }),
  })
}

/** Makes the pod with podorder's annotations, and readiness probes as in the example: each 10 s, the default of Kubernetes. */
export function annotated(ports: Ports): unknown {
  const dependsOn = Object.fromEntries(
    ROLES.map((role) => [role, NEEDS[role]]).filter(([, needs]) => needs?.length !== 0),
  )
  const containers = makeContainers(ports).map((made) => {
    return made.name === 'result' ? made : { ...made, readinessProbe: { tcpSocket: { port: ports[made.name] } } }
  })
  return makePod({ containers }, { 'podorder.io/depends-on': JSON.stringify(dependsOn) })
}

function makeContainers(ports: Ports): readonly Container[] {
  const env = SERVERS.map((server) => ({ name: `VOTING_${server.toUpperCase()}_PORT`, value: String(ports[server]) }))
  return ROLES.map((name) => {
    const program = ['node', APP, name]
    return { name, image: 'voting', env, command: name === 'result' ? ['sh', '-c', STAYING, ...program] : program }
  })
}

function makePod(containers: object, annotations: Readonly<Record<string, string>> = {}): unknown {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'voting', annotations },
    spec: { restartPolicy: 'OnFailure', terminationGracePeriodSeconds: 10, ...containers },
  }
}
