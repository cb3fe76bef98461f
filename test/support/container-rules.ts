/** The API server's own rules for containers (Kubernetes: pkg/apis/core/validation, validateContainerCommon and what it calls). */
import { parseQuantity } from '../../src/pod/quantity.ts'
import { isLabel, isPortName } from './object-names.ts'
import type { Refuse } from './object-rules.ts'

interface HttpGet {
  readonly port: number | string
  readonly httpHeaders?: readonly { readonly name: string }[] | null
}

/** The action of a probe or a hook. */
interface Handler {
  readonly httpGet?: HttpGet | null
  readonly tcpSocket?: { readonly port: number | string } | null
  readonly exec?: { readonly command?: readonly string[] | null } | null
  readonly grpc?: { readonly port: number } | null
  readonly sleep?: { readonly seconds: number } | null
}

interface Probe extends Handler {
  readonly initialDelaySeconds?: number | null
  readonly periodSeconds?: number | null
  readonly timeoutSeconds?: number | null
  readonly successThreshold?: number | null
  readonly failureThreshold?: number | null
  readonly terminationGracePeriodSeconds?: number | null
}

interface Mount {
  readonly name: string
  readonly mountPath: string
  readonly subPath?: string | null
  readonly subPathExpr?: string | null
}

interface Port {
  readonly name?: string | null
  readonly containerPort: number
  readonly hostPort?: number | null
}

type Quantities = Readonly<Record<string, string | number>>

interface RestartRule {
  readonly action?: string | null
  readonly exitCodes?: { readonly operator?: string | null; readonly values?: readonly number[] | null } | null
}

/** A container that has passed the schema. Native sidecars are init containers with restartPolicy Always. */
export interface Container {
  readonly name: string
  readonly image?: string | null
  readonly restartPolicy?: string | null
  readonly restartPolicyRules?: readonly RestartRule[] | null
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: object }[] | null
  readonly ports?: readonly Port[] | null
  readonly volumeMounts?: readonly Mount[] | null
  readonly volumeDevices?: readonly { readonly name: string; readonly devicePath: string }[] | null
  readonly lifecycle?: {
    readonly postStart?: Handler | null
    readonly preStop?: Handler | null
    readonly stopSignal?: string | null
  } | null
  readonly livenessProbe?: Probe | null
  readonly readinessProbe?: Probe | null
  readonly startupProbe?: Probe | null
  readonly resources?: { readonly requests?: Quantities | null; readonly limits?: Quantities | null } | null
  readonly securityContext?: {
    readonly privileged?: boolean | null
    readonly allowPrivilegeEscalation?: boolean | null
    readonly runAsUser?: number | null
    readonly windowsOptions?: object | null
  } | null
}

export interface Surroundings {
  readonly volumes: ReadonlySet<string>
  readonly hostNetwork: boolean
  readonly hostUsers: boolean
  readonly system: string | undefined
  /** The pod's terminationGracePeriodSeconds, which has a default. */
  readonly grace: number
}

const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const

export function checkContainer(
  container: Container,
  at: string,
  init: boolean,
  { volumes, hostNetwork, hostUsers, system, grace }: Surroundings,
  refuse: Refuse,
): void {
  if (!isLabel(container.name)) refuse(`${at}.name`, `no DNS label: ${container.name}`)
  if (!container.image) refuse(`${at}.image`, 'required')
  else if (container.image.trim() !== container.image) refuse(`${at}.image`, 'blanks around it')
  const sidecar = init && container.restartPolicy === 'Always'
  for (const field of ['lifecycle', ...PROBES] as const) {
    if (init && !sidecar && (container[field] ?? undefined) !== undefined)
      refuse(`${at}.${field}`, 'not for init containers')
  }
  checkRestarts(container, at, refuse)
  for (const [index, variable] of (container.env ?? []).entries()) {
    if (!/^[-._a-zA-Z][-._a-zA-Z0-9]*$/.test(variable.name))
      refuse(`${at}.env[${index}].name`, `no name: ${variable.name}`)
    if (variable.value && variable.valueFrom) refuse(`${at}.env[${index}].valueFrom`, 'not together with value')
  }
  checkPorts(container.ports ?? [], `${at}.ports`, hostNetwork, refuse)
  checkMounts(container.volumeMounts ?? [], `${at}.volumeMounts`, volumes, refuse)
  checkDevices(container, `${at}.volumeDevices`, volumes, refuse)
  if (!hostUsers && (container.volumeDevices ?? []).length > 0) refuse(`${at}.volumeDevices`, 'not in a user namespace')
  for (const field of PROBES) checkProbe(container[field] ?? undefined, field, `${at}.${field}`, refuse)
  for (const hook of ['postStart', 'preStop'] as const) {
    const handler = container.lifecycle?.[hook]
    if (handler) checkHandler(handler, `${at}.lifecycle.${hook}`, refuse)
    // validateSleepAction
    if ((handler?.sleep?.seconds ?? 0) > grace)
      refuse(`${at}.lifecycle.${hook}.sleep.seconds`, 'more than terminationGracePeriodSeconds')
  }
  checkStopSignal(container.lifecycle?.stopSignal ?? undefined, `${at}.lifecycle.stopSignal`, system, refuse)
  checkResources(container.resources ?? {}, `${at}.resources`, refuse)
  const { privileged, allowPrivilegeEscalation, runAsUser } = container.securityContext ?? {}
  if (privileged === true && allowPrivilegeEscalation === false)
    refuse(`${at}.securityContext`, 'privileged without allowPrivilegeEscalation')
  if ((runAsUser ?? 0) < 0) refuse(`${at}.securityContext.runAsUser`, 'less than 0')
  // validateLinux
  if (system === 'linux' && container.securityContext?.windowsOptions)
    refuse(`${at}.securityContext.windowsOptions`, 'not with os.name linux')
}

/** Signals of Windows containers; Linux has all others too (validateStopSignal, and supportedStopSignalsWindows). */
const WINDOWS_SIGNALS = ['SIGKILL', 'SIGTERM']

function checkStopSignal(signal: string | undefined, at: string, system: string | undefined, refuse: Refuse): void {
  if (signal === undefined) return
  if (system === undefined) refuse(at, 'not without spec.os.name')
  else if (system === 'windows' && !WINDOWS_SIGNALS.includes(signal)) refuse(at, `unsupported: ${signal}`)
  else if (!/^SIG[A-Z0-9]+(?:[+-]\d+)?$/.test(signal)) refuse(at, `unsupported: ${signal}`)
}

/** ValidateVolumeDevices: a device has neither the path of a mount nor the volume of one. */
function checkDevices(
  { volumeDevices, volumeMounts }: Container,
  at: string,
  volumes: ReadonlySet<string>,
  refuse: Refuse,
): void {
  const paths = new Set((volumeMounts ?? []).map(({ mountPath }) => mountPath))
  const names = new Set((volumeMounts ?? []).map(({ name }) => name))
  for (const [index, { name, devicePath }] of (volumeDevices ?? []).entries()) {
    if (!volumes.has(name)) refuse(`${at}[${index}].name`, `not found: ${name}`)
    if (names.has(name)) refuse(`${at}[${index}].name`, `must be unique: ${name}`)
    if (devicePath === '' || paths.has(devicePath))
      refuse(`${at}[${index}].devicePath`, `must be unique: ${devicePath}`)
    names.add(name)
    paths.add(devicePath)
  }
}

/** Checks restarts as Kubernetes 1.36 does (pkg/apis/core/validation, validateContainerRestartPolicy). */
function checkRestarts({ restartPolicy, restartPolicyRules }: Container, at: string, refuse: Refuse): void {
  const rules = restartPolicyRules ?? []
  if (rules.length > 0 && (restartPolicy ?? undefined) === undefined)
    refuse(`${at}.restartPolicy`, 'required with rules')
  if (rules.length > 20) refuse(`${at}.restartPolicyRules`, 'more than 20')
  for (const [index, { action, exitCodes }] of rules.entries()) {
    const rule = `${at}.restartPolicyRules[${index}]`
    if (!action) refuse(`${rule}.action`, 'required')
    if (!exitCodes) refuse(`${rule}.exitCodes`, 'required')
    else if (!exitCodes.operator) refuse(`${rule}.exitCodes.operator`, 'required')
    if ((exitCodes?.values ?? []).length > 255) refuse(`${rule}.exitCodes.values`, 'more than 255')
  }
}

function isPortNumber(port: number): boolean {
  return port >= 1 && port <= 65_535
}

function checkPorts(ports: readonly Port[], at: string, hostNetwork: boolean, refuse: Refuse): void {
  const names = new Set<string>()
  for (const [index, { name, containerPort, hostPort }] of ports.entries()) {
    if (!isPortNumber(containerPort)) refuse(`${at}[${index}].containerPort`, `no port: ${containerPort}`)
    if (name && !isPortName(name)) refuse(`${at}[${index}].name`, `no port name: ${name}`)
    if (name && names.has(name)) refuse(`${at}[${index}].name`, `duplicate: ${name}`)
    if (name) names.add(name)
    if (hostNetwork && hostPort && hostPort !== containerPort)
      refuse(`${at}[${index}].hostPort`, 'must be the containerPort in the network of the host')
  }
}

function checkMounts(mounts: readonly Mount[], at: string, volumes: ReadonlySet<string>, refuse: Refuse): void {
  const paths = new Set<string>()
  for (const [index, { name, mountPath, subPath, subPathExpr }] of mounts.entries()) {
    if (!volumes.has(name)) refuse(`${at}[${index}].name`, `not found: ${name}`)
    if (mountPath === '') refuse(`${at}[${index}].mountPath`, 'required')
    if (paths.has(mountPath)) refuse(`${at}[${index}].mountPath`, `must be unique: ${mountPath}`)
    paths.add(mountPath)
    for (const [field, path] of Object.entries({ subPath, subPathExpr })) {
      if (path?.startsWith('/')) refuse(`${at}[${index}].${field}`, 'must be relative')
      if (path?.split('/').includes('..')) refuse(`${at}[${index}].${field}`, "no '..'")
    }
    if (subPath && subPathExpr) refuse(`${at}[${index}].subPathExpr`, 'not together with subPath')
  }
}

function checkProbe(probe: Probe | undefined, field: (typeof PROBES)[number], at: string, refuse: Refuse): void {
  if (probe === undefined) return
  checkHandler(probe, at, refuse)
  const { initialDelaySeconds, periodSeconds, timeoutSeconds, successThreshold, failureThreshold } = probe
  const numbers = { initialDelaySeconds, periodSeconds, timeoutSeconds, successThreshold, failureThreshold }
  for (const [name, number] of Object.entries(numbers)) if ((number ?? 0) < 0) refuse(`${at}.${name}`, 'less than 0')
  // A 0 gets the default, 1.
  if (field !== 'readinessProbe' && (successThreshold ?? 0) > 1) refuse(`${at}.successThreshold`, 'must be 1')
  const grace = probe.terminationGracePeriodSeconds ?? undefined
  if (grace !== undefined && field === 'readinessProbe')
    refuse(`${at}.terminationGracePeriodSeconds`, 'not of a readinessProbe')
  if (grace !== undefined && grace < 1) refuse(`${at}.terminationGracePeriodSeconds`, 'less than 1')
}

/** The handlers in the order of the API server's checks. All but the first are refused. */
const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const

function checkHandler(handler: Handler, at: string, refuse: Refuse): void {
  const given = HANDLERS.filter((name) => (handler[name] ?? undefined) !== undefined)
  if (given.length === 0) refuse(at, 'a handler is required')
  for (const name of given.slice(1)) refuse(`${at}.${name}`, 'not more than one handler')
  const { exec, httpGet, tcpSocket, grpc, sleep } = handler
  if (exec && (exec.command ?? []).length === 0) refuse(`${at}.exec.command`, 'required')
  for (const [name, port] of Object.entries({ httpGet: httpGet?.port, tcpSocket: tcpSocket?.port, grpc: grpc?.port })) {
    const wrong = typeof port === 'string' ? !isPortName(port) : port !== undefined && !isPortNumber(port)
    if (wrong) refuse(`${at}.${name}.port`, `no port: ${port}`)
  }
  for (const [index, { name }] of (httpGet?.httpHeaders ?? []).entries())
    if (!/^[-A-Za-z0-9]+$/.test(name)) refuse(`${at}.httpGet.httpHeaders[${index}].name`, `no header: ${name}`)
  if (sleep && sleep.seconds < 0) refuse(`${at}.sleep.seconds`, 'less than 0')
}

function checkResources({ requests, limits }: NonNullable<Container['resources']>, at: string, refuse: Refuse): void {
  for (const [field, quantities] of Object.entries({ requests, limits })) {
    for (const [name, quantity] of Object.entries(quantities ?? {})) {
      const amount = parseQuantity(quantity)
      if (amount === undefined || amount < 0) refuse(`${at}.${field}.${name}`, `no quantity: ${quantity}`)
    }
  }
  for (const [name, limit] of Object.entries(limits ?? {})) {
    const request = requests?.[name]
    if (request !== undefined && (parseQuantity(request) ?? 0) > (parseQuantity(limit) ?? 0))
      refuse(`${at}.requests.${name}`, 'more than the limit')
  }
}
