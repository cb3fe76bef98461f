/** A compose service as a container of a pod. */
import { parseReference } from '../image/image-reference.ts'
import { type Entry, findEntry, type MapTree, type Tree } from '../manifest/tree.ts'
import type { ContainerContext, Named, SayOf } from './compose-context.ts'
import { readHealthcheck } from './compose-health.ts'
import { DEPLOY_WITHOUT_PLACE, whyWithoutPlace } from './compose-keys.ts'
import { readServiceResources } from './compose-resources.ts'
import { readSecurity } from './compose-security.ts'
import { fieldAt, isMap, booleanOf, readItems, type NamedValue, pairsOf, wordOf } from './compose-tree.ts'
import { readDotenv, readRawEnv } from './dotenv.ts'
import { compact, escapeReferences, type PlainMap } from './draft.ts'
import { splitWords } from './shell-words.ts'

/** Remarks on keys without an effect, once for each service. */
export function noteWithoutPlace({ tree }: Named, { note }: ContainerContext): void {
  for (const entry of tree.entries) {
    const why = whyWithoutPlace(entry.key)
    if (why !== undefined && !isIdle(entry)) note(entry, `${entry.key} is not converted`, why)
  }
  const deploy = fieldAt(tree, 'deploy')
  for (const entry of isMap(deploy) ? deploy.entries : []) {
    const why = DEPLOY_WITHOUT_PLACE.get(entry.key)
    if (why !== undefined && !isIdle(entry)) note(entry, `deploy.${entry.key} is not converted`, why)
  }
}

/** Whether the value is the default: `init: false`, `mode: replicated`, an empty list. */
function isIdle({ key, value }: Entry): boolean {
  if (value.kind === 'list') return value.items.length === 0
  if (value.kind === 'map') return value.entries.length === 0
  const word = wordOf(value)
  if (word === undefined) return true
  return (key === 'init' && booleanOf(value) === false) || (key === 'mode' && word === 'replicated')
}

/** Reads the container without its volumes and ports. @param project a part of the name of an image that compose builds */
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
  const entry = findEntry(tree, 'image')
  const image = wordOf(entry?.value)
  const build = findEntry(tree, 'build')
  if (entry !== undefined && image !== undefined) {
    const reference = parseReference(image)
    if (!('problem' in reference)) return image
    if (build !== undefined) return nameBuilt(build, service, project, `image "${image}" ${reference.problem}`, note)
    // A variable that is not set leaves a `:` or `/` without a text beside it.
    const bare = image.replace(/:$/, '').replace(/^\//, '')
    const isRead = bare !== image && !('problem' in parseReference(bare))
    if (!isRead && isNameless(bare)) {
      refuse(entry, `its image "${image}" has no name`, 'name it, or set its variable in the environment or in .env')
      return undefined
    }
    note(entry, `image "${image}" ${reference.problem}`, isRead ? `"${bare}" is written; correct it` : 'correct it; Kubernetes does not pull it') // prettier-ignore
    return isRead ? bare : image
  }
  if (build === undefined) {
    if (entry === undefined) {
      const fix = 'give it an image; if the file completes another one, import that one first: podorder import A B'
      refuse(tree, 'it has neither an image nor a build', fix)
    } else refuse(entry, 'its image is empty', 'name one, or set its variable in the environment or in .env')
    return undefined
  }
  return nameBuilt(build, service, project, 'the image that is built here has no name', note)
}

/** Whether the last part of an image's path begins with none of the characters of a name: `:1`, `team/`, `-node:1`. */
const isNameless = (image: string): boolean => /^[-_.:@]|^$/.test(image.split('/').at(-1) ?? '')

/** The name that docker compose gives to an image that it builds. */
function nameBuilt(build: Entry, service: string, project: string, why: string, note: SayOf): string {
  const name = `${project}-${service}`.toLowerCase()
  note(build, `${why}: ${name} is written`, 'set image: to the name that you push it under')
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
      if (entry !== undefined) note(entry, `pull_policy ${word} is not converted`, 'the default is kept')
      return undefined
  }
}

/** Compose's `entrypoint` is `command` in Kubernetes, and its `command` is `args`. In both, the image's CMD is used only without either. */
function readCommand(tree: MapTree, context: ContainerContext): PlainMap {
  const said = findEntry(tree, 'entrypoint')
  const entrypoint = readLine(said, context)?.map(escapeReferences)
  const command = readLine(findEntry(tree, 'command'), context)?.map(escapeReferences)
  // An empty entrypoint removes the image's, so that only the command is left.
  if (said !== undefined && entrypoint?.every((word) => word === '') === true) {
    if (command === undefined || command.length === 0) {
      const what = 'an empty entrypoint runs the image’s CMD alone, which is not known here'
      context.note(said, what, 'write it as the command; the image’s ENTRYPOINT is kept')
    }
    return { command: command ?? [] }
  }
  return compact({ command: entrypoint, args: command?.length === 0 ? undefined : command })
}

/** Reads a list, or one line that is split into words. @returns undefined when there is neither */
function readLine(entry: Entry | undefined, { note, refuse }: ContainerContext): readonly string[] | undefined {
  if (entry === undefined) return undefined
  const { value } = entry
  if (value.kind !== 'scalar')
    return readItems(value).map((item) => (item.kind === 'scalar' ? String(item.value ?? '') : ''))
  if (value.value === null) return undefined
  const line = splitWords(String(value.value))
  if ('problem' in line) {
    const fix = 'correct the quotes, or write a list of words'
    refuse(entry, `docker compose cannot split ${entry.key} into words: ${line.problem}`, fix)
    return undefined
  }
  if (line.dropped !== '') {
    const what = `docker compose runs no shell: it drops ${quoteShort(line.dropped)} from ${entry.key}`
    note(entry, what, `so it is dropped here; write ${entry.key}: ["sh", "-c", "…"] to have a shell`)
  }
  return line.words
}

const LONGEST_QUOTE = 40

function quoteShort(text: string): string {
  return `"${text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE - 1)}…` : text}"`
}

const ENV_NAME = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/

/** Reads variables. `environment` overrides `env_file`, and a later file overrides an earlier one. */
async function readEnv(tree: MapTree, context: ContainerContext): Promise<readonly PlainMap[]> {
  const { note, lookup } = context
  const env = new Map<string, string>()
  const unset: NamedValue[] = []
  for (const item of readItems(fieldAt(tree, 'env_file'))) await readEnvFile(item, env, context)
  for (const variable of pairsOf(fieldAt(tree, 'environment'))) {
    const { name, value, at } = variable
    const known = value ?? lookup(name)
    if (known === undefined) unset.push(variable)
    else if (ENV_NAME.test(name)) env.set(name, known)
    else note(at, `"${name}" is not a valid variable name in Kubernetes`, 'rename it; it is left out')
  }
  noteUnset(unset, context)
  return [...env].map(([name, value]) => ({ name, value: escapeReferences(value) }))
}

/** The most variables that have a remark each; some files list hundreds. */
const MOST_UNSET = 5

/** Remarks on variables that are only named. Docker compose leaves them out, too. */
function noteUnset(unset: readonly NamedValue[], { note, noteOnce }: ContainerContext): void {
  const [first] = unset
  if (first !== undefined && unset.length > MOST_UNSET) {
    const names = unset.slice(0, MOST_UNSET).map(({ name }) => name)
    const what = `${unset.length} variables have no value in the file, and are not set here: ${names.join(', ')}, …`
    note(first.at, what, 'set those that you need in the environment or in .env; the others are left out')
    return
  }
  for (const { name, at } of unset) {
    const what = `the variable ${name} has no value in the file, and is not set here`
    noteOnce(at, what, 'set it in the environment or in .env; it is left out')
  }
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
  const isRaw = wordOf(fieldAt(item, 'format')) === 'raw'
  const said = isRaw ? readRawEnv(look.file.text, lookup) : readDotenv(look.file.text, lookup, env)
  for (const [name, value] of said) if (ENV_NAME.test(name)) env.set(name, value)
}

/** Reads a hook. Kubernetes has one hook of each kind, and runs it as the container's user. */
function readHook(entry: Entry | undefined, context: ContainerContext): PlainMap | undefined {
  if (entry === undefined) return undefined
  const commands = readItems(entry.value).flatMap((item) => {
    if (!isMap(item)) return []
    for (const key of ['user', 'privileged', 'working_dir', 'environment']) {
      const said = findEntry(item, key)
      if (said !== undefined) context.note(said, `${key} of a hook is not converted`, 'it runs as the container does')
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
