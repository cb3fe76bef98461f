/**
 * The voting pod of `examples/voting` in the form that each approach gives it: the same programs, ports and needs. `result`
 * stays once it has its answer, so that something can still happen to the others.
 */
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { ENTRYPOINT } from '../tools.ts'

export const SERVERS = ['redis', 'postgres', 'worker', 'vote'] as const

export type Server = (typeof SERVERS)[number]
type Role = Server | 'result'
type Ports = Readonly<Record<Server, number>>

/** What each role needs when it starts, and `postgres` after `redis`, so that there is an order to stop in. */
export const NEEDS: Readonly<Record<Role, readonly Server[]>> = {
  redis: [],
  postgres: ['redis'],
  worker: ['redis', 'postgres'],
  vote: ['worker'],
  result: ['postgres', 'vote'],
}

/** `result`, once it has counted the votes. */
export const ANSWER = /^cats 3, dogs 2$/
export const LISTENING = /^listening on port/

const ROLES: readonly Role[] = [...SERVERS, 'result']
const APP = fileURLToPath(new URL('../../examples/voting/app.mjs', import.meta.url))
const STAYING = '"$0" "$@" && exec sleep 600'
/** What people write with `nc -z`, which not every machine has. */
const POLLING = 'for port in $0; do until (: </dev/tcp/127.0.0.1/$port) 2>/dev/null; do sleep 1; done; done; exec "$@"'

interface Container {
  readonly name: Role
  readonly command: readonly string[]
  readonly [field: string]: unknown
}

/** @returns one for each server, on which nothing listens now. */
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

/** Plain Kubernetes. */
export function unordered(ports: Ports): unknown {
  return makePod({ containers: makeContainers(ports) })
}

/** Each command behind a loop of the shell that looks for its ports once a second. */
export function looping(ports: Ports): unknown {
  const wait = ({ name, command }: Container) => {
    const needed = NEEDS[name].map((server) => ports[server])
    return needed.length === 0 ? command : ['bash', '-c', POLLING, needed.join(' '), ...command]
  }
  return makePod({ containers: makeContainers(ports).map((made) => ({ ...made, command: wait(made) })) })
}

/** The servers as native sidecars: the kubelet starts one when the startup probe of the one before has succeeded. */
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
 * Each command starts when all that it needs is `ready` in the eyes of the kubelet, whose readiness probe looks each
 * `periodSeconds`. The wait for the API's watch is a wait for files, which `mirror` of trial.ts keeps.
 * @param directory of those files
 */
export function byKubelet(ports: Ports, periodSeconds: number, directory: string): unknown {
  return makePod({
    containers: makeContainers(ports).map((made) => {
      const files = NEEDS[made.name].map((server) => `--wait-file=${directory}/${server}`)
      const command =
        files.length === 0 ? made.command : [ENTRYPOINT, '--quiet', '--exec', ...files, '--', ...made.command]
      if (made.name === 'result') return { ...made, command }
      // A kubelet looks first when it has noticed that the container runs, at the next relist of each second.
      const readinessProbe = { tcpSocket: { port: ports[made.name] }, periodSeconds, initialDelaySeconds: 1 }
      return { ...made, command, readinessProbe }
    }),
  })
}

/** Annotations, and readiness probes as the example has them: each 10 s, Kubernetes' default. */
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
