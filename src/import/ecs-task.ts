/**
 * An ECS task definition as the draft of one pod: JSON as `aws ecs register-task-definition` takes it, or as
 * `describe-task-definition` prints it.
 *
 * Source: Amazon ECS API reference, RegisterTaskDefinition; developer guide, "Container dependency".
 */
import { proposeWord } from '../base/suggest.ts'
import { type Condition, CONDITION_NAMES, findSynonym } from '../order/conditions.ts'
import { findEntry, type Tree } from '../manifest/tree.ts'
import { type ComposeContext, fieldAt, isMap, placeOf, booleanOf, readItems, wordOf, wordsOf } from './compose-tree.ts'
import { compact, type Draft, type DraftEdge, escapeReferences, type PlainMap, toLabel } from './draft.ts'
import { readEcsMounts, readEcsVolumes } from './ecs-volumes.ts'
import { writeCpus } from './units.ts'

/** ECS' words; the others are those of `podorder.io/depends-on` themselves. */
const CONDITIONS: Readonly<Record<string, Condition>> = {
  START: 'started',
  COMPLETE: 'ended',
  SUCCESS: 'completed',
  HEALTHY: 'ready',
}

/** What is not supported in a pod, and what there is instead. */
const TASK_KEYS_WITHOUT_PLACE: ReadonlyMap<string, string> = new Map([
  ['taskRoleArn', 'give the pod a ServiceAccount that is bound to the role'],
  ['executionRoleArn', 'the kubelet pulls images with imagePullSecrets'],
  ['placementConstraints', 'use nodeSelector or affinity'],
  ['proxyConfiguration', 'use a service mesh'],
  ['inferenceAccelerators', 'ask for devices with resources.limits'],
  ['ephemeralStorage', 'use resources.limits of ephemeral-storage'],
])

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
])

export function isEcsTask(root: Tree): boolean {
  return taskOf(root) !== undefined
}

function taskOf(root: Tree): Tree | undefined {
  const task = fieldAt(root, 'taskDefinition') ?? root
  return fieldAt(task, 'containerDefinitions')?.kind === 'list' ? task : undefined
}

export function draftEcsTask(root: Tree, name: string | undefined, context: ComposeContext): Draft {
  const task = taskOf(root) ?? root
  noteKeys(task, TASK_KEYS_WITHOUT_PLACE, undefined, context)
  const definitions = readItems(fieldAt(task, 'containerDefinitions')).filter(isMap)
  const names = definitions.map((one) => wordOf(fieldAt(one, 'name')) ?? '')
  const essential = definitions.filter((one) => booleanOf(fieldAt(one, 'essential')) !== false)
  const main = essential.length === definitions.length ? [] : essential
  if (main.length > 1) {
    const what = 'several containers are essential: ECS stops the task when the first of them ends'
    context.remarks.note(placeOf(task, context), undefined, what, 'podorder stops the pod when all of them have ended')
  }
  const { objects, volumes } = readEcsVolumes(task, context)
  return {
    name: toLabel(name ?? wordOf(fieldAt(task, 'family')) ?? 'task'),
    containers: definitions.map((one) => readDefinition(one, volumes, context)),
    volumes: [...volumes.values()],
    edges: definitions.flatMap((one) => readEdges(one, definitions, names, context)),
    options: new Map(definitions.flatMap((one) => readOptions(one))),
    main: main.map((one) => toLabel(wordOf(fieldAt(one, 'name')) ?? '')),
    annotations: {},
    restartPolicy: 'Never',
    spec: compact({ hostNetwork: wordOf(fieldAt(task, 'networkMode')) === 'host' ? true : undefined }),
    objects,
    ports: [],
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
    const isSaid = entry !== undefined && (wordOf(entry.value) !== undefined || readItems(entry.value).length > 0)
    if (isSaid) context.remarks.note(placeOf(entry, context), about, `${key} is not supported in a pod`, fix)
  }
}

function readDefinition(
  one: Tree,
  volumes: ReadonlyMap<string, PlainMap>,
  context: ComposeContext,
): PlainMap & { readonly name: string } {
  const written = wordOf(fieldAt(one, 'name')) ?? ''
  const about = `container "${written}"`
  noteKeys(one, CONTAINER_KEYS_WITHOUT_PLACE, about, context)
  const image = wordOf(fieldAt(one, 'image'))
  if (image === undefined || written === '') {
    context.remarks.refuse(placeOf(one, context), about, 'a container needs a name and an image', 'give it both')
  }
  return {
    name: toLabel(written),
    ...compact({
      image,
      command: wordsOf(fieldAt(one, 'entryPoint')).map(escapeReferences),
      args: wordsOf(fieldAt(one, 'command')).map(escapeReferences),
      workingDir: wordOf(fieldAt(one, 'workingDirectory')),
      env: [...readEnvironment(one), ...readSecrets(one, about, context)],
      ports: readPortMappings(one),
      readinessProbe: readHealth(one),
      resources: readAmounts(one),
      securityContext: compact({
        privileged: booleanOf(fieldAt(one, 'privileged')) === true ? true : undefined,
        readOnlyRootFilesystem: booleanOf(fieldAt(one, 'readonlyRootFilesystem')) === true ? true : undefined,
        ...readUser(wordOf(fieldAt(one, 'user'))),
        capabilities: compact({
          add: wordsOf(fieldAt(one, 'linuxParameters', 'capabilities', 'add')),
          drop: wordsOf(fieldAt(one, 'linuxParameters', 'capabilities', 'drop')),
        }),
      }),
      stdin: booleanOf(fieldAt(one, 'interactive')) === true ? true : undefined,
      tty: booleanOf(fieldAt(one, 'pseudoTerminal')) === true ? true : undefined,
      volumeMounts: readEcsMounts(one, volumes, about, context),
    }),
  }
}

function readEnvironment(one: Tree): readonly PlainMap[] {
  return readItems(fieldAt(one, 'environment')).map((item) => {
    const value = fieldAt(item, 'value')
    const text = value?.kind === 'scalar' ? String(value.value ?? '') : ''
    return { name: wordOf(fieldAt(item, 'name')) ?? '', value: escapeReferences(text) }
  })
}

/** An ARN means nothing to Kubernetes: a Secret of the same name takes its place. */
function readSecrets(one: Tree, about: string, context: ComposeContext): readonly PlainMap[] {
  return readItems(fieldAt(one, 'secrets')).map((item) => {
    const name = wordOf(fieldAt(item, 'name')) ?? ''
    const from = wordOf(fieldAt(item, 'valueFrom')) ?? ''
    const secret = toLabel(from.split(/[:/]/).findLast((part) => part !== '') ?? name)
    const fix = `make it: kubectl create secret generic ${secret} --from-literal=${name}=…`
    context.remarks.note(placeOf(item, context), about, `the secret ${name} is kept by AWS`, fix)
    return { name, valueFrom: { secretKeyRef: { name: secret, key: name } } }
  })
}

function readPortMappings(one: Tree): readonly PlainMap[] {
  return readItems(fieldAt(one, 'portMappings')).flatMap((item) => {
    const port = Number(wordOf(fieldAt(item, 'containerPort')))
    const udp = wordOf(fieldAt(item, 'protocol'))?.toLowerCase() === 'udp'
    return Number.isInteger(port) && port > 0
      ? [compact({ containerPort: port, protocol: udp ? 'UDP' : undefined })]
      : []
  })
}

/** ECS: interval 30 s, timeout 5 s, 3 retries. The words begin with CMD or CMD-SHELL, as Docker's do. */
function readHealth(one: Tree): PlainMap | undefined {
  const check = fieldAt(one, 'healthCheck')
  const [kind, ...words] = wordsOf(fieldAt(check, 'command'))
  if (kind === undefined || kind === 'NONE') return undefined
  const command =
    kind === 'CMD' ? words : ['/bin/sh', '-c', kind === 'CMD-SHELL' ? words.join(' ') : [kind, ...words].join(' ')]
  const number = (key: string, natural: number): number => Number(wordOf(fieldAt(check, key)) ?? natural)
  return {
    ...{ exec: { command }, periodSeconds: number('interval', 30) },
    ...{ timeoutSeconds: number('timeout', 5), failureThreshold: number('retries', 3) },
  }
}

/** CPU in units of 1/1024, memory in MiB. */
function readAmounts(one: Tree): PlainMap {
  const amount = (key: string): number => Number(wordOf(fieldAt(one, key)) ?? 0)
  const [cpu, memory, reservation] = [amount('cpu'), amount('memory'), amount('memoryReservation')]
  return compact({
    requests: compact({
      cpu: cpu > 0 ? writeCpus(cpu / 1024) : undefined,
      memory: reservation > 0 ? `${reservation}Mi` : undefined,
    }),
    limits: compact({ memory: memory > 0 ? `${memory}Mi` : undefined }),
  })
}

function readUser(word: string | undefined): PlainMap {
  const [user = '', group = ''] = (word ?? '').split(':')
  const isNumber = (text: string): boolean => /^\d+$/.test(text)
  return compact({
    runAsUser: isNumber(user) ? Number(user) : undefined,
    runAsGroup: isNumber(group) ? Number(group) : undefined,
  })
}

function readEdges(
  one: Tree,
  all: readonly Tree[],
  names: readonly string[],
  context: ComposeContext,
): readonly DraftEdge[] {
  const container = wordOf(fieldAt(one, 'name')) ?? ''
  const about = `container "${container}"`
  return readItems(fieldAt(one, 'dependsOn')).flatMap((item) => {
    const target = wordOf(fieldAt(item, 'containerName')) ?? ''
    const word = wordOf(fieldAt(item, 'condition')) ?? ''
    const condition = CONDITIONS[word.toUpperCase()] ?? findSynonym(word)
    const place = placeOf(item, context)
    if (!names.includes(target)) {
      const fix = proposeWord(target, names, `there are ${names.join(', ')}`)
      context.remarks.refuse(place, about, `depends on "${target}", which is not there`, fix)
      return []
    }
    if (condition === undefined || !CONDITION_NAMES.includes(condition)) {
      const known = Object.keys(CONDITIONS)
      const fix = proposeWord(word.toUpperCase(), known, `it is one of ${known.join(', ')}`)
      context.remarks.refuse(place, about, `unknown condition "${word}"`, fix)
      return []
    }
    // How long others wait for it stands at the container that is waited for.
    const owner = all[names.indexOf(target)]
    const seconds = Number(wordOf(fieldAt(owner, 'startTimeout')) ?? 0)
    const timeout = seconds > 0 ? { timeoutMs: seconds * 1000 } : {}
    return [{ container: toLabel(container), target: toLabel(target), condition, ...timeout }]
  })
}

function readOptions(one: Tree): readonly (readonly [string, PlainMap])[] {
  const seconds = Number(wordOf(fieldAt(one, 'stopTimeout')) ?? 0)
  const name = toLabel(wordOf(fieldAt(one, 'name')) ?? '')
  return seconds > 0 ? [[name, { stopGracePeriod: `${seconds}s` }]] : []
}
