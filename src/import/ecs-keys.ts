/**
 * The keys of an ECS task definition and of its containers, and remarks on those that have no place in the pod.
 *
 * Source: Amazon ECS API reference, RegisterTaskDefinition.
 */
import { proposeWord } from '../base/suggest.ts'
import { findEntry, type Tree } from '../manifest/tree.ts'
import { checkTypes } from './compose-types.ts'
import { ECS_CONTAINER_SHAPES, ECS_TASK_SHAPES } from './ecs-shapes.ts'
import { booleanOf, type ComposeContext, fieldAt, isMap, placeOf, readItems, wordOf } from './compose-tree.ts'

/** Keys that have no place in the pod, and what to use instead. */
const TASK_KEYS_WITHOUT_PLACE: ReadonlyMap<string, string> = new Map([
  ['taskRoleArn', 'give the pod a ServiceAccount that is bound to the role'],
  ['executionRoleArn', 'the kubelet pulls images with imagePullSecrets'],
  ['placementConstraints', 'use nodeSelector or affinity'],
  ['proxyConfiguration', 'use a service mesh'],
  ['inferenceAccelerators', 'ask for devices with resources.limits'],
  ['ephemeralStorage', 'use resources.limits of ephemeral-storage'],
  ['cpu', 'what the whole task gets: set resources of its containers'],
  ['memory', 'what the whole task gets: set resources of its containers'],
])

/** Keys that are read, or do not change the task. */
const TASK_KEYS: readonly string[] = [
  ...TASK_KEYS_WITHOUT_PLACE.keys(),
  ...['$schema', 'compatibilities', 'containerDefinitions', 'deregisteredAt', 'enableFaultInjection', 'family'],
  ...['ipcMode', 'networkMode', 'pidMode', 'registeredAt', 'registeredBy', 'requiresAttributes'],
  ...['requiresCompatibilities', 'revision', 'runtimePlatform', 'status', 'tags', 'taskDefinitionArn', 'volumes'],
]

const CONTAINER_KEYS_WITHOUT_PLACE: ReadonlyMap<string, string> = new Map([
  ['logConfiguration', 'Kubernetes collects stdout and stderr'],
  ['firelensConfiguration', 'use a log collector of the cluster'],
  ['repositoryCredentials', 'use imagePullSecrets'],
  ['dockerLabels', 'use labels or annotations of the pod'],
  ['ulimits', 'the container runtime sets the limits of processes'],
  ['resourceRequirements', 'ask for GPUs with resources.limits'],
  ['environmentFiles', 'use a ConfigMap with envFrom'],
  ['systemControls', 'use securityContext.sysctls of the pod'],
  ['links', 'the containers of a pod reach each other at localhost'],
  ['dockerSecurityOptions', 'use securityContext of the container'],
  ['credentialSpecs', 'they are for Windows'],
  ['disableNetworking', 'the containers share the pod’s network'],
  ['dnsSearchDomains', 'use dnsConfig of the pod'],
  ['dnsServers', 'use dnsConfig of the pod'],
  ['extraHosts', 'use hostAliases of the pod'],
  ['hostname', 'the pod has one host name'],
])

const CONTAINER_KEYS: readonly string[] = [
  ...CONTAINER_KEYS_WITHOUT_PLACE.keys(),
  ...['command', 'cpu', 'dependsOn', 'entryPoint', 'environment', 'essential', 'healthCheck', 'image', 'interactive'],
  ...['linuxParameters', 'memory', 'memoryReservation', 'mountPoints', 'name', 'portMappings', 'privileged'],
  ...['pseudoTerminal', 'readonlyRootFilesystem', 'restartPolicy', 'secrets', 'startTimeout', 'stopTimeout', 'user'],
  ...['versionConsistency', 'volumesFrom', 'workingDirectory'],
]

const LINUX_KEYS_WITHOUT_PLACE: ReadonlyMap<string, string> = new Map([
  ['devices', 'a device plugin of the cluster hands out devices'],
  ['initProcessEnabled', 'set shareProcessNamespace: true of the pod if the command does not reap its children'],
  ['maxSwap', 'the kubelet decides about swap'],
  ['swappiness', 'the kubelet decides about swap'],
  ['tmpfs', 'mount an emptyDir of the medium Memory'],
])

export function noteTaskKeys(task: Tree, context: ComposeContext): void {
  checkTypes(task, ECS_TASK_SHAPES, undefined, context)
  noteKeys(task, TASK_KEYS_WITHOUT_PLACE, undefined, context)
  noteUnknown(task, TASK_KEYS, undefined, context)
  notePlatform(task, context)
}

export function noteContainerKeys(one: Tree, about: string, context: ComposeContext): void {
  checkTypes(one, ECS_CONTAINER_SHAPES, about, context)
  noteKeys(one, CONTAINER_KEYS_WITHOUT_PLACE, about, context)
  noteUnknown(one, CONTAINER_KEYS, about, context)
  const linux = fieldAt(one, 'linuxParameters')
  if (linux !== undefined) noteKeys(linux, LINUX_KEYS_WITHOUT_PLACE, about, context)
  const restarts = findEntry(fieldAt(one, 'restartPolicy'), 'enabled')
  if (restarts !== undefined && booleanOf(restarts.value) === true) {
    const fix = 'set restartPolicy: Always of the container, which needs Kubernetes 1.35'
    context.remarks.note(placeOf(restarts, context), about, 'ECS restarts this container alone', fix)
  }
}

function noteKeys(
  tree: Tree,
  keys: ReadonlyMap<string, string>,
  about: string | undefined,
  context: ComposeContext,
): void {
  for (const [key, fix] of keys) {
    const entry = findEntry(tree, key)
    const word = wordOf(entry?.value)
    const isSaid = entry !== undefined && (word === undefined ? readItems(entry.value).length > 0 : word !== 'false')
    if (isSaid) context.remarks.note(placeOf(entry, context), about, `${key} is not converted`, fix)
  }
}

/** Reports unknown keys. AWS distinguishes upper and lower case, too. */
function noteUnknown(tree: Tree, known: readonly string[], about: string | undefined, context: ComposeContext): void {
  for (const entry of isMap(tree) ? tree.entries : []) {
    if (known.includes(entry.key)) continue
    const fix = proposeWord(entry.key, known, 'it is left out')
    context.remarks.note(placeOf(entry, context), about, `unknown key "${entry.key}"`, fix)
  }
}

function notePlatform(task: Tree, context: ComposeContext): void {
  for (const [key, natural, fix] of [
    ['cpuArchitecture', 'X86_64', 'set nodeSelector of the pod, such as kubernetes.io/arch: arm64'],
    ['operatingSystemFamily', 'LINUX', 'set nodeSelector of the pod, such as kubernetes.io/os: windows'],
  ] as const) {
    const entry = findEntry(fieldAt(task, 'runtimePlatform'), key)
    const word = wordOf(entry?.value)
    if (entry === undefined || word === undefined || word === natural) continue
    context.remarks.note(placeOf(entry, context), undefined, `${key} ${word} is not converted`, fix)
  }
  for (const [key, field] of [
    ['pidMode', 'hostPID'],
    ['ipcMode', 'hostIPC'],
  ] as const) {
    const entry = findEntry(task, key)
    if (entry === undefined || wordOf(entry.value) !== 'host') continue
    const fix = `set ${field}: true of the pod, if it has to be`
    context.remarks.note(placeOf(entry, context), undefined, `${key} host is left out`, fix)
  }
}
