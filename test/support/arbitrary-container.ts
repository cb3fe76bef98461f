/** Random containers for property tests, with all fields of the API server's schema that a rewrite may find. */
import * as fc from 'fast-check'
import type { Container } from '../../src/pod/pod.ts'
import { arbitraryCommand, arbitraryWord } from './arbitrary-words.ts'

const variable = fc.oneof(
  fc.record({ name: fc.constantFrom('X', 'HOME', 'a.b-c', '_'), value: arbitraryWord }),
  fc.record({
    name: fc.constantFrom('POD', 'NODE'),
    valueFrom: fc.constantFrom(
      { fieldRef: { fieldPath: 'metadata.name' } },
      { secretKeyRef: { name: 's', key: 'k', optional: true } },
      { configMapKeyRef: { name: 'c', key: 'k' } },
      { resourceFieldRef: { resource: 'limits.cpu' } },
    ),
  }),
)

const port = fc.record(
  {
    name: fc.constantFrom('http', 'metrics', 'db-1'),
    containerPort: fc.integer({ min: 1, max: 65_535 }),
    protocol: fc.constantFrom('TCP', 'UDP'),
  },
  { requiredKeys: ['name', 'containerPort'] },
)

interface Port {
  readonly name: string
}

function arbitraryHttpGet(ports: readonly Port[]): fc.Arbitrary<object> {
  const names = ports.map(({ name }) => name)
  return fc.record(
    {
      port: fc.oneof(fc.integer({ min: 1, max: 65_535 }), ...names.map((name) => fc.constant(name))),
      path: fc.constantFrom('/', '/ready?a=$(X)', ''),
      scheme: fc.constantFrom('HTTP', 'HTTPS'),
      host: fc.constantFrom('localhost', '::1'),
      httpHeaders: fc.array(
        fc.record({ name: fc.constantFrom('Host', 'X-A'), value: fc.constantFrom('a', '$(X)', '') }),
        {
          maxLength: 2,
        },
      ),
    },
    { requiredKeys: ['port'] },
  )
}

const exec = fc.record({ command: arbitraryCommand })

function arbitraryProbe(ports: readonly Port[], kind: 'startup' | 'readiness' | 'liveness'): fc.Arbitrary<object> {
  const handler = fc.oneof(
    fc.record({ httpGet: arbitraryHttpGet(ports) }),
    fc.record({ tcpSocket: fc.record({ port: fc.integer({ min: 1, max: 65_535 }) }) }),
    fc.record({ exec }),
    fc.record({
      grpc: fc.record(
        { port: fc.integer({ min: 1, max: 65_535 }), service: arbitraryWord },
        { requiredKeys: ['port'] },
      ),
    }),
  )
  const number = fc.integer({ min: 0, max: 600 })
  const numbers = {
    initialDelaySeconds: number,
    periodSeconds: number,
    timeoutSeconds: number,
    failureThreshold: number,
  }
  const timing: fc.Arbitrary<object> =
    kind === 'readiness'
      ? fc.record({ ...numbers, successThreshold: number }, { requiredKeys: [] })
      : fc.record({ ...numbers, terminationGracePeriodSeconds: fc.integer({ min: 1, max: 60 }) }, { requiredKeys: [] })
  return fc.tuple(handler, timing).map(([check, times]) => ({ ...check, ...times }))
}

/** An API server refuses a hook that sleeps longer than the pod's grace period. */
export const LONGEST_SLEEP_S = 2

function arbitraryHooks(ports: readonly Port[]): fc.Arbitrary<object> {
  const hook = fc.oneof(
    fc.record({ exec }),
    fc.record({ httpGet: arbitraryHttpGet(ports) }),
    fc.record({ sleep: fc.record({ seconds: fc.integer({ min: 1, max: LONGEST_SLEEP_S }) }) }),
  )
  return fc.record({ postStart: hook, preStop: hook }, { requiredKeys: [] })
}

const SECURITY = [
  {},
  { privileged: true },
  { runAsUser: 0 },
  { runAsNonRoot: true, runAsUser: 10001 },
  { capabilities: { add: ['NET_BIND_SERVICE'], drop: ['ALL'] } },
  {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    runAsNonRoot: true,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  },
]

const RESOURCES = [
  {},
  { requests: { cpu: '100m', memory: '64Mi' } },
  { limits: { memory: '128Mi', 'ephemeral-storage': '1Gi' } },
  { requests: { cpu: 0.5 }, limits: { cpu: 1 } },
]

const MOUNT_PATHS = ['/data', '/etc/app', '/tmp', '/podorder-data', '/var/podorder/run', '/data/', '/ä b']

function arbitraryMounts(volumes: readonly string[]): fc.Arbitrary<readonly object[]> {
  if (volumes.length === 0) return fc.constant([])
  const mount = fc.record(
    {
      name: fc.constantFrom(...volumes),
      mountPath: fc.constantFrom(...MOUNT_PATHS),
      readOnly: fc.boolean(),
      subPath: fc.constantFrom('a', 'a/b', 'a..b'),
    },
    { requiredKeys: ['name', 'mountPath'] },
  )
  return fc.uniqueArray(mount, { maxLength: 3, selector: ({ mountPath }) => mountPath })
}

/** Generates the fields that all containers may have. Init containers have only these; native sidecars have all others too. */
function arbitraryCommon(name: string, volumes: readonly string[]): fc.Arbitrary<Container> {
  return fc.record(
    {
      name: fc.constant(name),
      image: fc.constantFrom('busybox:1.36', 'example/app@sha256:' + 'a'.repeat(64), 'localhost:5000/a/b'),
      command: arbitraryCommand,
      args: fc.array(arbitraryWord, { maxLength: 4 }),
      workingDir: fc.constantFrom('/', '/app', '/with space'),
      env: fc.array(variable, { maxLength: 3 }),
      envFrom: fc.constant([
        { prefix: 'A_', secretRef: { name: 'a' } },
        { configMapRef: { name: 'b', optional: true } },
      ]),
      volumeMounts: arbitraryMounts(volumes),
      securityContext: fc.constantFrom(...SECURITY),
      resources: fc.constantFrom(...RESOURCES),
      terminationMessagePath: fc.constantFrom('/dev/termination-log', '/tmp/message'),
      terminationMessagePolicy: fc.constantFrom('File', 'FallbackToLogsOnError'),
      imagePullPolicy: fc.constantFrom('Always', 'IfNotPresent', 'Never'),
      stdin: fc.boolean(),
      tty: fc.boolean(),
    },
    { requiredKeys: ['name', 'image'] },
  ) as fc.Arbitrary<Container>
}

/** Generates a container that may be ordered, with or without a command. @param volumes names of the pod's volumes */
export function arbitraryContainer(name: string, volumes: readonly string[]): fc.Arbitrary<Container> {
  return fc.uniqueArray(port, { maxLength: 2, selector: (each) => each.name }).chain((ports) =>
    fc
      .tuple(
        arbitraryCommon(name, volumes),
        fc.record(
          {
            ports: fc.constant(ports),
            startupProbe: arbitraryProbe(ports, 'startup'),
            readinessProbe: arbitraryProbe(ports, 'readiness'),
            livenessProbe: arbitraryProbe(ports, 'liveness'),
            lifecycle: arbitraryHooks(ports),
          },
          { requiredKeys: ['ports'] },
        ),
      )
      .map(([common, rest]) => ({ ...common, ...rest })),
  )
}

/** Generates an init container or a native sidecar. */
export function arbitraryInitContainer(name: string, volumes: readonly string[]): fc.Arbitrary<Container> {
  return fc.oneof(
    arbitraryCommon(name, volumes),
    arbitraryContainer(name, volumes).map((container) => ({ ...container, restartPolicy: 'Always' })),
  )
}
