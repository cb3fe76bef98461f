/** The rewrite undone: what it has put into a pod goes, what it has taken comes back. Pure. */
import { ORDERED } from '../pod/annotation-names.ts'
import { ORIGINAL } from '../pod/annotation-names.ts'
import { PLATFORM_COMMANDS } from '../image/platform-commands.ts'
import { isWords, readObject } from '../base/json-object.ts'
import type { Container, ObjectMeta, PodTemplate } from '../pod/pod.ts'
import { type Former, type FormerContainer, readOriginal } from '../pod/original.ts'
import { isGateProbe, isOwnContainer, isOwnPreStop, isOwnVolume } from '../pod/own.ts'
import type { FoundCommand } from './wrap.ts'

export interface Restoration {
  readonly template: PodTemplate
  /** What containers without a command got from their images, which are still the same; by container. */
  readonly known: ReadonlyMap<string, FoundCommand>
}

/** A pod that was not rewritten, or whose notes cannot be read, is returned as it is. */
export function restorePod(template: PodTemplate): Restoration {
  const known = new Map<string, FoundCommand>()
  const original = readOriginal(template)
  if (original === undefined || original === 'unreadable') return { template, known }
  const { metadata = {}, spec } = template
  const former = new Map(Object.entries(original.containers))
  const restore = (container: Container): Container => {
    const notes = former.get(container.name)
    if (notes === undefined) return container
    const found = notes.image !== undefined && notes.image === container.image ? readFound(container) : undefined
    if (found !== undefined) known.set(container.name, found)
    return restoreContainer(container, notes)
  }
  const inits = spec.initContainers ?? []
  const lists = {
    containers: spec.containers.map(restore),
    volumes: without(spec.volumes, isOwnVolume),
    initContainers: without(
      inits.some(({ name }) => former.has(name)) ? inits.map(restore) : spec.initContainers,
      isOwnContainer,
    ),
  }
  const restored = {
    ...template,
    metadata: change(metadata, {
      annotations: change(metadata.annotations ?? {}, { [ORIGINAL]: undefined }),
      ...(original.labels === undefined ? {} : { labels: restoreLabels(metadata, original.labels) }),
    }),
    spec: change(spec, lists, original.fields),
  }
  return { template: restored, known }
}

type Fields = Readonly<Record<string, unknown>>

function restoreLabels({ labels = {} }: ObjectMeta, former: Former): unknown {
  const others = change(labels, { [ORDERED]: undefined })
  return Object.keys(others).length === 0 ? former.value : others
}

function restoreContainer(container: Container, { command, args, fields }: FormerContainer): Container {
  const words = wordsOf(container)
  const own = command === undefined ? words.slice(Math.max(0, words.length - (args ?? 0))) : words.slice(command)
  return change(
    container,
    {
      command: command === undefined ? undefined : words.slice(0, command),
      args: args === undefined && own.length === 0 ? undefined : own,
      volumeMounts: without(container.volumeMounts, isOwnVolume),
      env: without(container.env, ({ name }) => name === PLATFORM_COMMANDS),
      ...(isGateProbe(container['startupProbe']) ? { startupProbe: undefined } : {}),
      // One that the container had not before: what it had is noted.
      ...(isOwnPreStop((container['lifecycle'] as Fields | undefined)?.['preStop']) ? { lifecycle: undefined } : {}),
    },
    fields,
  )
}

/** @returns undefined when the variable does not say what the rewrite writes there */
function readFound(container: Container): FoundCommand | undefined {
  const { value } = container.env?.find(({ name }) => name === PLATFORM_COMMANDS) ?? {}
  const stopSignal = stopSignalOf(container)
  if (value === undefined) return { words: wordsOf(container), stopSignal }
  const platforms = Object.entries(readObject(value) ?? {})
  const commands = platforms.filter((entry): entry is [string, readonly string[]] => isWords(entry[1]))
  return commands.length > 0 && commands.length === platforms.length
    ? { platforms: Object.fromEntries(commands), stopSignal }
    : undefined
}

/** What its wrapper takes for its image's. */
function stopSignalOf({ args = [] }: Container): string | undefined {
  const flag = args.slice(0, args.indexOf('--')).find((word) => word.startsWith(STOP_SIGNAL))
  return flag?.slice(STOP_SIGNAL.length)
}

const STOP_SIGNAL = '--stop-signal='

/** What the entrypoint runs. */
function wordsOf({ args }: Container): readonly string[] {
  const words = args ?? []
  const dashes = words.indexOf('--')
  return dashes === -1 ? [] : words.slice(dashes + 1)
}

/** @returns the list itself when nothing of ours is in it; undefined when nothing else is */
function without<Item>(
  list: readonly Item[] | null | undefined,
  isOurs: (item: Item) => boolean,
): readonly Item[] | null | undefined {
  const others = list?.filter((item) => !isOurs(item))
  if (others === undefined || others.length === list?.length) return list
  return others.length === 0 ? undefined : others
}

/** With other fields, those that were noted before all; what is undefined goes. */
function change<Holder extends object>(
  holder: Holder,
  changes: Readonly<Record<string, unknown>>,
  fields: Readonly<Record<string, Former>> = {},
): Holder {
  const changed: [string, unknown][] = Object.entries({ ...holder, ...changes })
  for (const [key, { value, after }] of Object.entries(fields)) {
    const index = changed.findIndex(([name]) => name === key)
    if (index !== -1) changed[index] = [key, value]
    else changed.splice(changed.findIndex(([name]) => name === after) + 1, 0, [key, value])
  }
  return Object.fromEntries(changed.filter(([, value]) => value !== undefined)) as Holder
}
