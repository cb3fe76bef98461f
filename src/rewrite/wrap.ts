/** A single container, so that its own words run through the entrypoint; with the notes for the way back. Pure. */
import { ownDirectoryOf } from '../flags/layout.ts'
import { PLATFORM_COMMANDS } from '../image/platform-commands.ts'
import type { Container, VolumeMount } from '../pod/pod.ts'
import { mustBeFirst } from '../order/first-process.ts'
import type { Order } from '../order/order.ts'
import type { Former, FormerContainer } from '../pod/original.ts'
import { makeGateProbe, RUN_VOLUME } from '../pod/own.ts'
import { writeKeptProbes } from './kept-probes.ts'
import { type Probing, writeProbing } from '../probe/wrapper-probes.ts'

/** What an image runs: the same words everywhere, the container's args among them; or others on each platform, before the args. */
export type FoundCommand = (
  { readonly words: readonly string[] } | { readonly platforms: Readonly<Record<string, readonly string[]>> }
) & {
  /** The image's own. */
  readonly stopSignal?: string | undefined
}

/** How a field of a container (or, without one, of the pod's spec) was written, where its value does not tell. */
export type TextOf = (container: string | undefined, field: string) => string | undefined

export interface ContainerKind {
  /** A native sidecar: the kubelet makes what is listed after it when it has started. */
  readonly native: boolean
  /** Its command does not begin at once. */
  readonly waits: boolean
}

export interface WrapSettings {
  /** As the containers see them. */
  readonly runDir: string
  readonly entrypoint: string
  readonly binMount: VolumeMount
  /** Those that wait for sidecars read of them there. */
  readonly downwardMounts: (container: string) => readonly VolumeMount[]
  readonly kindOf: (container: string) => ContainerKind
  /** @param first its command must be the first process of its container */
  readonly flagsOf: (container: string, probing: Probing, first: boolean) => readonly string[]
  readonly preStopOf: (container: string, probing: Probing) => object | undefined
  readonly commandOf: (container: Container) => FoundCommand | undefined
  /** Whether it starts anew with what it depends on, in the same life of its container. */
  readonly startsAnew: (container: string) => boolean
  /** Other resources than its own. */
  readonly resourcesOf: (container: string) => unknown
  readonly textOf: TextOf
}

type Fields = Readonly<Record<string, unknown>>

/** An empty list is as good as none to the kubelet: the image's ENTRYPOINT is taken. */
function hasCommand({ command }: Container): boolean {
  return (command?.length ?? 0) > 0
}

/** The words that the manifest has: its `command`, or that of its options, and its args. @returns undefined without either */
export function sayCommand(container: Container, { options }: Pick<Order, 'options'>): FoundCommand | undefined {
  const { name, command, args } = container
  const said = hasCommand(container) ? command : options.get(name)?.command
  return said === undefined ? undefined : { words: [...said, ...(args ?? [])] }
}

export function isOfFirst(found: FoundCommand): boolean {
  return 'words' in found ? mustBeFirst(found.words) : Object.values(found.platforms).some(mustBeFirst)
}

/** @throws when its command is missing and nobody knows it */
export function wrapContainer(
  container: Container,
  settings: WrapSettings,
): { readonly container: Container; readonly former: FormerContainer } {
  const { runDir, entrypoint, textOf } = settings
  const { name, image, command, args } = container
  const found = settings.commandOf(container)
  if (found === undefined) throw new Error(`the command of container ${name} is not known`)
  const { native, waits } = settings.kindOf(name)
  const probing = writeProbing(container, native && !waits)
  const preStop = settings.preStopOf(name, probing)
  const resources = settings.resourcesOf(name)
  const words = 'words' in found ? found.words : (args ?? [])
  const changed = {
    command: [entrypoint],
    args: [
      ...settings.flagsOf(name, { ...probing, stopSignal: probing.stopSignal ?? found.stopSignal }, isOfFirst(found)),
      '--',
      ...words,
    ],
    ...('words' in found ? {} : { env: [...(container.env ?? []), writePlatforms(found.platforms)] }),
    ...(settings.startsAnew(name) ? writeKeptProbes(container, entrypoint, runDir) : {}),
    ...(probing.guarded ? { startupProbe: makeGateProbe(entrypoint, runDir, name, native ? 1 : 2) } : {}),
    ...(probing.postStart === undefined && preStop === undefined ? {} : { lifecycle: changeHooks(container, preStop) }),
    ...(resources === undefined ? {} : { resources }),
    volumeMounts: [
      ...(container.volumeMounts ?? []),
      settings.binMount,
      ...mountRunDirs(runDir, name),
      ...settings.downwardMounts(name),
    ],
  }
  const fields = noteFields(container, changed)
  const taken = [
    ...(probing.postStart === undefined ? [] : ['postStart']),
    ...(probing.preStop === undefined ? [] : ['preStop']),
  ]
  const text = noteTexts(container, [...Object.keys(changed), ...taken], textOf)
  const former = {
    ...(hasCommand(container) ? { command: command?.length ?? 0 } : { image: image ?? '' }),
    ...(args === undefined || args === null ? {} : { args: args.length }),
    ...(fields.length === 0 ? {} : { fields: Object.fromEntries(fields) }),
    ...(text.length === 0 ? {} : { text: Object.fromEntries(text) }),
  }
  return { container: putFields(container, changed), former }
}

/** All flags to be read, only its own to be written: no container can forge another's. */
function mountRunDirs(runDir: string, container: string): readonly VolumeMount[] {
  return [
    { name: RUN_VOLUME, mountPath: runDir, readOnly: true },
    { name: RUN_VOLUME, mountPath: ownDirectoryOf(runDir, container), subPath: container },
  ]
}

function writePlatforms(platforms: Readonly<Record<string, readonly string[]>>): { name: string; value: string } {
  return { name: PLATFORM_COMMANDS, value: JSON.stringify(platforms) }
}

/** Its postStart hook goes into the wrapper's flags, its preStop hook into the one that waits for its turn. */
function changeHooks(container: Container, preStop: object | undefined): object | undefined {
  const { postStart: _, ...others } = (container['lifecycle'] ?? {}) as Readonly<Record<string, unknown>>
  const changed = { ...others, ...(preStop === undefined ? {} : { preStop }) }
  return Object.keys(changed).length === 0 ? undefined : changed
}

/** The values that cannot be had back from what is there afterwards. */
function noteFields(container: Container, changed: Fields): readonly (readonly [string, Former])[] {
  const keys = Object.keys(container)
  return Object.keys(changed).flatMap((field) => {
    if (!Object.hasOwn(container, field)) return []
    const value: unknown = container[field]
    const counted = Array.isArray(value) && (value.length > 0 || field === 'args')
    if (counted) return []
    const after = changed[field] === undefined ? keys[keys.indexOf(field) - 1] : undefined
    return [[field, { value, ...(after === undefined ? {} : { after }) }] as const]
  })
}

function noteTexts(
  { name }: Container,
  changed: readonly string[],
  textOf: TextOf,
): readonly (readonly [string, string])[] {
  return changed.flatMap((field) => {
    const text = textOf(name, field)
    return text === undefined ? [] : [[field, text] as const]
  })
}

/** Puts fields in their places; a command behind the image, its args behind it, anything else that is new last. What is undefined goes. */
function putFields(container: Container, changed: Fields): Container {
  const entries = Object.entries<unknown>(container)
  const put = (field: string, after: string | undefined): void => {
    const value = changed[field]
    const index = entries.findIndex(([key]) => key === field)
    if (index !== -1) entries[index] = [field, value]
    else entries.splice(entries.findIndex(([key]) => key === after) + 1 || entries.length, 0, [field, value])
  }
  put('command', Object.hasOwn(container, 'image') ? 'image' : 'name')
  put('args', 'command')
  for (const field of Object.keys(changed)) if (field !== 'command' && field !== 'args') put(field, undefined)
  return Object.fromEntries(
    entries.filter(([key, value]) => value !== undefined || !Object.hasOwn(changed, key)),
  ) as Container
}
