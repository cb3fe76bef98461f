/** A compose service as a container of a pod. */
import { parseReference } from '../image/image-reference.ts'
import { type Entry, findEntry, type MapTree, type Tree } from '../manifest/tree.ts'
import type { ContainerContext, Named } from './compose-context.ts'
import { readHealthcheck } from './compose-health.ts'
import { DEPLOY_WITHOUT_PLACE, whyWithoutPlace } from './compose-keys.ts'
import { readServiceResources } from './compose-resources.ts'
import { readSecurity } from './compose-security.ts'
import { fieldAt, isMap, booleanOf, readItems, pairsOf, wordOf } from './compose-tree.ts'
import { readDotenv } from './dotenv.ts'
import { compact, escapeReferences, type PlainMap } from './draft.ts'
import { splitWords } from './shell-words.ts'

/** Why a key that is there has no effect; each is said once for each service. */
export function noteWithoutPlace({ tree }: Named, { note }: ContainerContext): void {
  for (const entry of tree.entries) {
    const why = whyWithoutPlace(entry.key)
    if (why !== undefined && !isIdle(entry)) note(entry, `${entry.key} is not supported in a pod`, why)
  }
  const deploy = fieldAt(tree, 'deploy')
  for (const entry of isMap(deploy) ? deploy.entries : []) {
    const why = DEPLOY_WITHOUT_PLACE.get(entry.key)
    if (why !== undefined && !isIdle(entry)) note(entry, `deploy.${entry.key} is not supported in a pod`, why)
  }
}

/** What says no more than the default does: `init: false`, `mode: replicated`, a list without items. */
function isIdle({ key, value }: Entry): boolean {
  if (value.kind === 'list') return value.items.length === 0
  if (value.kind === 'map') return value.entries.length === 0
  const word = wordOf(value)
  if (word === undefined) return true
  return (key === 'init' && booleanOf(value) === false) || (key === 'mode' && word === 'replicated')
}

/** All of it but its volumes and ports. @param project names an image that has to be built */
export async function readContainer(named: Named, project: string, context: ContainerContext): Promise<PlainMap> {
  const { tree, container } = named
  const words = readCommand(tree, context)
  const lifecycle = compact({
    postStart: readHook(findEntry(tree, 'post_start'), context),
    preStop: readHook(findEntry(tree, 'pre_stop'), context),
  })
  return compact({
    name: container,
    image: readImage(named, project, context),
    imagePullPolicy: readPullPolicy(tree, context),
    ...words,
    workingDir: wordOf(fieldAt(tree, 'working_dir')),
    env: await readEnv(tree, context),
    readinessProbe: readHealthcheck(tree, context),
    lifecycle,
    resources: readServiceResources(tree, context),
    securityContext: readSecurity(tree, context),
    stdin: booleanOf(fieldAt(tree, 'stdin_open')) === true ? true : undefined,
    tty: booleanOf(fieldAt(tree, 'tty')) === true ? true : undefined,
  })
}

function readImage({ tree, service }: Named, project: string, { note, refuse }: ContainerContext): string | undefined {
  const image = wordOf(fieldAt(tree, 'image'))
  const build = findEntry(tree, 'build')
  if (image !== undefined) {
    const reference = parseReference(image)
    const at = findEntry(tree, 'image') ?? tree
    if ('problem' in reference)
      note(at, `image "${image}" ${reference.problem}`, 'correct it; Kubernetes does not pull it')
    return image
  }
  if (build === undefined) {
    refuse(tree, 'it has neither an image nor a build', 'give it an image')
    return undefined
  }
  const name = `${project}-${service}`.toLowerCase()
  note(
    build,
    `the image that is built here has no name: ${name} is written`,
    'set image: to the name that you push it under',
  )
  return name
}

function readPullPolicy(tree: MapTree, { note }: ContainerContext): string | undefined {
  const entry = findEntry(tree, 'pull_policy')
  const word = wordOf(entry?.value)
  switch (word) {
    case undefined:
      return undefined
    case 'always':
      return 'Always'
    case 'never':
      return 'Never'
    case 'missing':
    case 'if_not_present':
      return 'IfNotPresent'
    default:
      if (entry !== undefined) note(entry, `pull_policy ${word} is not supported in a pod`, 'the default is kept')
      return undefined
  }
}

/** Compose's entrypoint is Kubernetes' command, and its command is args: either way the image's CMD counts only without both. */
function readCommand(tree: MapTree, context: ContainerContext): PlainMap {
  const entrypoint = readLine(findEntry(tree, 'entrypoint'), context)
  const command = readLine(findEntry(tree, 'command'), context)
  // An empty entrypoint takes the image's away, so that the command is all there is.
  if (entrypoint?.length === 0) return { command: command ?? [] }
  return compact({ command: entrypoint, args: command?.length === 0 ? undefined : command })
}

/** A list, or one line that is split into words. @returns undefined when nothing is said */
function readLine(entry: Entry | undefined, { refuse }: ContainerContext): readonly string[] | undefined {
  if (entry === undefined) return undefined
  const { value } = entry
  if (value.kind === 'scalar') {
    if (value.value === null) return undefined
    const words = splitWords(String(value.value))
    if (words === undefined) refuse(entry, `a quote in ${entry.key} is not closed`, 'close it, or write a list')
    return words?.map(escapeReferences)
  }
  return readItems(value).map((item) => escapeReferences(item.kind === 'scalar' ? String(item.value ?? '') : ''))
}

const ENV_NAME = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/

/** `environment` counts before `env_file`, and a later file before an earlier one. */
async function readEnv(tree: MapTree, context: ContainerContext): Promise<readonly PlainMap[]> {
  const { note, noteOnce, lookup } = context
  const env = new Map<string, string>()
  for (const item of readItems(fieldAt(tree, 'env_file'))) await readEnvFile(item, env, context)
  for (const { name, value, at } of pairsOf(fieldAt(tree, 'environment'))) {
    const known = value ?? lookup(name)
    if (known === undefined) {
      noteOnce(
        at,
        `the variable ${name} has no value in the file, and is not set here`,
        'set it in the environment or in .env; it is left out',
      )
    } else if (ENV_NAME.test(name)) env.set(name, known)
    else note(at, `"${name}" is not a valid variable name in Kubernetes`, 'rename it; it is left out')
  }
  return [...env].map(([name, value]) => ({ name, value: escapeReferences(value) }))
}

async function readEnvFile(item: Tree, env: Map<string, string>, context: ContainerContext): Promise<void> {
  const { origins, disk, lookup, note } = context
  const path = wordOf(item) ?? wordOf(fieldAt(item, 'path'))
  if (path === undefined) return
  const look = await disk.lookAtPath(disk.resolvePath(origins.of(item).directory, path))
  if (look.kind === 'absent' && booleanOf(fieldAt(item, 'required')) === false) return
  if (look.kind !== 'file' || !('text' in look.file)) {
    const what = look.kind === 'absent' ? `there is no file ${path}` : `${path} is not a file of variables`
    note(item, what, 'its variables are left out; write them below env of the container')
    return
  }
  for (const [name, value] of readDotenv(look.file.text, lookup, env)) if (ENV_NAME.test(name)) env.set(name, value)
}

/** Kubernetes has one hook of each kind, run as the container's user. */
function readHook(entry: Entry | undefined, context: ContainerContext): PlainMap | undefined {
  if (entry === undefined) return undefined
  const commands = readItems(entry.value).flatMap((item) => {
    if (!isMap(item)) return []
    for (const key of ['user', 'privileged', 'working_dir', 'environment']) {
      const said = findEntry(item, key)
      if (said !== undefined)
        context.note(said, `${key} of a hook is not supported in a pod`, 'it runs as the container does')
    }
    return [readLine(findEntry(item, 'command'), context) ?? []]
  })
  const [first = []] = commands
  if (commands.length < 2) return first.length === 0 ? undefined : { exec: { command: first } }
  const script = commands.map((words) => words.map(quoteForShell).join(' ')).join(' && ')
  return { exec: { command: ['/bin/sh', '-c', script] } }
}

function quoteForShell(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`
}
