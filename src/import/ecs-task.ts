/**
 * An ECS task definition as the draft of one pod: JSON as `aws ecs register-task-definition` takes it, as
 * `describe-task-definition` prints it, or its list of containers alone, as Terraform takes it.
 *
 * Source: Amazon ECS API reference, RegisterTaskDefinition; developer guide, "Container dependency".
 */
import { type Entry, findEntry, type Tree } from '../manifest/tree.ts'
import { type ComposeContext, fieldAt, isMap, placeOf, booleanOf, readItems, wordOf, wordsOf } from './compose-tree.ts'
import { compact, type Draft, escapeReferences, type PlainMap, toLabel } from './draft.ts'
import { noteContainerKeys, noteTaskKeys } from './ecs-keys.ts'
import { readEcsOrder } from './ecs-order.ts'
import { numberOf } from './compose-security.ts'
import { toKey } from './compose-shelf.ts'
import { readEcsMounts, readEcsVolumes } from './ecs-volumes.ts'
import { writeCpus } from './units.ts'

export function isEcsTask(root: Tree): boolean {
  return taskOf(root) !== undefined || isContainerList(root)
}

function taskOf(root: Tree): Tree | undefined {
  const task = fieldAt(root, 'taskDefinition') ?? root
  return findEntry(task, 'containerDefinitions') === undefined ? undefined : task
}

function isContainerList(root: Tree): boolean {
  const isContainer = (item: Tree): boolean => isMap(item) && ['name', 'image'].every((key) => findEntry(item, key))
  return root.kind === 'list' && root.items.length > 0 && root.items.every(isContainer)
}

export function draftEcsTask(root: Tree, name: string | undefined, context: ComposeContext): Draft {
  const task = taskOf(root) ?? root
  noteTaskKeys(task, context)
  const definitions = readItems(root.kind === 'list' ? root : fieldAt(task, 'containerDefinitions')).filter(isMap)
  const { refused } = context.remarks
  if (definitions.length === 0 && refused.length === 0) {
    context.remarks.refuse(placeOf(task, context), undefined, 'there are no containers in it', 'give it containers')
  }
  const essential = definitions.filter((one) => booleanOf(fieldAt(one, 'essential')) !== false)
  const main = essential.length === definitions.length ? [] : essential
  if (main.length > 1) {
    const what = 'several containers are essential: ECS stops the task when the first of them ends'
    context.remarks.note(placeOf(task, context), undefined, what, 'podorder stops the pod when all of them have ended')
  }
  const { objects, volumes } = readEcsVolumes(task, context)
  const containers = definitions.map((one) => readDefinition(one, volumes, root.kind === 'list', context))
  const edges = readEcsOrder(definitions, context)
  return {
    name: toLabel(name ?? wordOf(fieldAt(task, 'family')) ?? 'task'),
    containers,
    volumes: [...volumes.values()],
    edges,
    options: new Map(definitions.flatMap((one) => readOptions(one))),
    main: main.map((one) => toLabel(wordOf(fieldAt(one, 'name')) ?? '')),
    annotations: {},
    restartPolicy: 'Never',
    spec: compact({
      terminationGracePeriodSeconds: readPodGrace(definitions, edges.length > 0),
      hostNetwork: wordOf(fieldAt(task, 'networkMode')) === 'host' ? true : undefined,
      shareProcessNamespace: wordOf(fieldAt(task, 'pidMode')) === 'task' ? true : undefined,
    }),
    objects,
    ports: [],
  }
}

/** The pod's grace period. ECS has one for each container (default 30 s); with an order, they stop one after another in the worst case. */
function readPodGrace(definitions: readonly Tree[], isOrdered: boolean): number | undefined {
  const said = definitions.map((one) => Number(wordOf(fieldAt(one, 'stopTimeout')) ?? 0))
  if (said.every((seconds) => seconds === 0)) return undefined
  const times = said.map((seconds) => seconds || STOP_S)
  return isOrdered ? times.reduce((sum, seconds) => sum + seconds, 0) : Math.max(STOP_S, ...times)
}

const STOP_S = 30

function readDefinition(
  one: Tree,
  volumes: Map<string, PlainMap>,
  isList: boolean,
  context: ComposeContext,
): PlainMap & { readonly name: string } {
  const written = wordOf(fieldAt(one, 'name')) ?? ''
  const about = `container "${written}"`
  noteContainerKeys(one, about, context)
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
      ports: readPortMappings(one, about, context),
      readinessProbe: readHealth(one),
      resources: readAmounts(one),
      securityContext: compact({
        privileged: booleanOf(fieldAt(one, 'privileged')) === true ? true : undefined,
        readOnlyRootFilesystem: booleanOf(fieldAt(one, 'readonlyRootFilesystem')) === true ? true : undefined,
        ...readUser(findEntry(one, 'user'), about, context),
        capabilities: compact({
          add: wordsOf(fieldAt(one, 'linuxParameters', 'capabilities', 'add')),
          drop: wordsOf(fieldAt(one, 'linuxParameters', 'capabilities', 'drop')),
        }),
      }),
      stdin: booleanOf(fieldAt(one, 'interactive')) === true ? true : undefined,
      tty: booleanOf(fieldAt(one, 'pseudoTerminal')) === true ? true : undefined,
      volumeMounts: readEcsMounts(one, volumes, isList, about, context),
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

/** Reads secrets. A Secret of the same name replaces an ARN, which Kubernetes does not know. */
function readSecrets(one: Tree, about: string, context: ComposeContext): readonly PlainMap[] {
  return readItems(fieldAt(one, 'secrets')).map((item) => {
    const name = wordOf(fieldAt(item, 'name')) ?? ''
    const from = wordOf(fieldAt(item, 'valueFrom')) ?? ''
    // Secrets Manager: `arn:aws:secretsmanager:REGION:ACCOUNT:secret:PATH`, and after it `:KEY:STAGE:VERSION`.
    const [, path = from, field = ''] = /:secret:([^:]+)(?::([^:]*))?/.exec(from) ?? []
    const secret = toLabel(path.split(/[:/]/).findLast((part) => part !== '') ?? name)
    const key = field === '' ? name : toKey(field)
    const fix = `make it: kubectl create secret generic ${secret} --from-literal=${key}=…`
    context.remarks.note(placeOf(item, context), about, `the secret ${name} is kept by AWS`, fix)
    return { name, valueFrom: { secretKeyRef: { name: secret, key } } }
  })
}

function readPortMappings(one: Tree, about: string, context: ComposeContext): readonly PlainMap[] {
  return readItems(fieldAt(one, 'portMappings')).flatMap((item) => {
    const range = findEntry(item, 'containerPortRange')
    if (range !== undefined) {
      const what = `the ports ${wordOf(range.value) ?? ''} are not listed: a container of a pod says each port alone`
      context.remarks.note(
        placeOf(range, context),
        about,
        what,
        'write a containerPort for each, or none: ports are open without',
      )
    }
    const port = Number(wordOf(fieldAt(item, 'containerPort')))
    const host = findEntry(item, 'hostPort')
    const onMachine = wordOf(host?.value) ?? '0'
    if (host !== undefined && onMachine !== '0' && onMachine !== String(port)) {
      const what = `port ${onMachine} of the machine is not converted: the container listens on ${port}`
      context.remarks.note(
        placeOf(host, context),
        about,
        what,
        `make a Service with port ${onMachine}, targetPort ${port}`,
      )
    }
    const udp = wordOf(fieldAt(item, 'protocol'))?.toLowerCase() === 'udp'
    return Number.isInteger(port) && port > 0
      ? [compact({ containerPort: port, protocol: udp ? 'UDP' : undefined })]
      : []
  })
}

/** Reads a health check. Defaults of ECS: interval 30 s, timeout 5 s, 3 retries. The first word is CMD or CMD-SHELL, as in Docker. */
function readHealth(one: Tree): PlainMap | undefined {
  const check = fieldAt(one, 'healthCheck')
  // The AWS console shows the words with commas, and users copy them as one text.
  const said = wordsOf(fieldAt(check, 'command'))
  const [kind, ...words] = said.length === 1 ? (said[0] ?? '').split(/(?<=^CMD-SHELL),\s*/) : said
  if (kind === undefined || kind === 'NONE') return undefined
  const command =
    kind === 'CMD' ? words : ['/bin/sh', '-c', kind === 'CMD-SHELL' ? words.join(' ') : [kind, ...words].join(' ')]
  const number = (key: string, natural: number): number => Number(wordOf(fieldAt(check, key)) ?? natural)
  return {
    ...{ exec: { command: command.map(escapeReferences) }, periodSeconds: number('interval', 30) },
    ...{ timeoutSeconds: number('timeout', 5), failureThreshold: number('retries', 3) },
  }
}

/** Reads CPU in units of 1/1024, and memory in MiB. */
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

function readUser(entry: Entry | undefined, about: string, context: ComposeContext): PlainMap {
  const word = wordOf(entry?.value)
  if (entry === undefined || word === undefined) return {}
  const [user = '', group] = word.split(':')
  const fields = { runAsUser: numberOf(user), runAsGroup: group === undefined ? undefined : numberOf(group) }
  if (fields.runAsUser === undefined || (group !== undefined && fields.runAsGroup === undefined)) {
    const what = `user ${word} has a name in it, which only the image knows`
    context.remarks.note(
      placeOf(entry, context),
      about,
      what,
      'write its numbers, such as 1000:1000; the name is left out',
    )
  }
  return compact(fields)
}

function readOptions(one: Tree): readonly (readonly [string, PlainMap])[] {
  const seconds = Number(wordOf(fieldAt(one, 'stopTimeout')) ?? 0)
  const name = toLabel(wordOf(fieldAt(one, 'name')) ?? '')
  return seconds > 0 ? [[name, { stopGracePeriod: `${seconds}s` }]] : []
}
