/** Undoes the rewrite: removes what it has added to a pod, and restores what it has changed. Pure. */
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
  /** The commands that containers got from their images, by container, if the images are still the same. */
  readonly known: ReadonlyMap<string, FoundCommand>
}

/** Returns the same pod when it was not rewritten, or its notes cannot be read. */
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
      // Removed here if the rewrite has added it; a former one is restored from the notes.
      ...(isOwnPreStop((container['lifecycle'] as Fields | undefined)?.['preStop']) ? { lifecycle: undefined } : {}),
    },
    fields,
  )
}

/** @returns undefined when the variable does not have a value of the rewrite */
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

/** The stop signal in the wrapper's flags, which came from the image. */
function stopSignalOf({ args = [] }: Container): string | undefined {
  const flag = args.slice(0, args.indexOf('--')).find((word) => word.startsWith(STOP_SIGNAL))
  return flag?.slice(STOP_SIGNAL.length)
}

const STOP_SIGNAL = '--stop-signal='

/** The command behind the entrypoint's flags. */
function wordsOf({ args }: Container): readonly string[] {
  const words = args ?? []
  const dashes = words.indexOf('--')
  return dashes === -1 ? [] : words.slice(dashes + 1)
}

/** @returns the same list when it has nothing of podorder; undefined when it has nothing else */
function without<Item>(
  list: readonly Item[] | null | undefined,
  isOurs: (item: Item) => boolean,
): readonly Item[] | null | undefined {
  const others = list?.filter((item) => !isOurs(item))
  if (others === undefined || others.length === list?.length) return list
  return others.length === 0 ? undefined : others
}

/** Changes fields, and restores noted ones; removes fields that are undefined. */
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
