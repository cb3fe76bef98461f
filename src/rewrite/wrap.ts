/** Wraps a single container: the entrypoint runs its command. Also makes the notes for restoring. Pure. */
import { ownDirectoryOf } from '../flags/layout.ts'
import { PLATFORM_COMMANDS } from '../image/platform-commands.ts'
import type { Container, VolumeMount } from '../pod/pod.ts'
import { mustBeFirst } from '../order/first-process.ts'
import type { Order } from '../order/order.ts'
import type { Former, FormerContainer } from '../pod/original.ts'
import { makeGateProbe, RUN_VOLUME } from '../pod/own.ts'
import { writeKeptProbes } from './kept-probes.ts'
import { type Probing, writeProbing } from '../probe/wrapper-probes.ts'

/** The command of an image: `words` for all platforms, with the container's args; or words for each platform, without the args. */
export type FoundCommand = (
  { readonly words: readonly string[] } | { readonly platforms: Readonly<Record<string, readonly string[]>> }
) & {
  /** The image's stop signal. */
  readonly stopSignal?: string | undefined
}

/** Gives the exact text of a field of a container (or of the pod's spec), if the value is not enough to restore it. */
export type TextOf = (container: string | undefined, field: string) => string | undefined

export interface ContainerKind {
  /** A native sidecar: the kubelet starts the containers listed after it when it has started. */
  readonly native: boolean
  /** The command may have to wait. */
  readonly waits: boolean
}

export interface WrapSettings {
  /** Paths as the containers see them. */
  readonly runDir: string
  readonly entrypoint: string
  readonly binMount: VolumeMount
  /** The mounts in which containers that wait for sidecars read their states. */
  readonly downwardMounts: (container: string) => readonly VolumeMount[]
  readonly kindOf: (container: string) => ContainerKind
  /** @param first whether the command must be the first process of its container */
  readonly flagsOf: (container: string, probing: Probing, first: boolean) => readonly string[]
  readonly preStopOf: (container: string, probing: Probing) => object | undefined
  readonly commandOf: (container: Container) => FoundCommand | undefined
  /** Whether the command restarts with a dependency, within the same incarnation. */
  readonly startsAnew: (container: string) => boolean
  /** Resources that replace the container's. */
  readonly resourcesOf: (container: string) => unknown
  readonly textOf: TextOf
}

type Fields = Readonly<Record<string, unknown>>

/** Whether there is a command. For the kubelet an empty list is none: it uses the image's ENTRYPOINT. */
function hasCommand({ command }: Container): boolean {
  return (command?.length ?? 0) > 0
}

/** The command in the manifest: `command`, or that of the options, with the args. @returns undefined without either */
export function sayCommand(container: Container, { options }: Pick<Order, 'options'>): FoundCommand | undefined {
  const { name, command, args } = container
  const said = hasCommand(container) ? command : options.get(name)?.command
  return said === undefined ? undefined : { words: [...said, ...(args ?? [])] }
}

export function isOfFirst(found: FoundCommand): boolean {
  return 'words' in found ? mustBeFirst(found.words) : Object.values(found.platforms).some(mustBeFirst)
}

/** @throws when the command is missing and unknown */
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

/** Mounts all run directories read-only, and only the container's own writable, so that it cannot forge others' flags. */
function mountRunDirs(runDir: string, container: string): readonly VolumeMount[] {
  return [
    { name: RUN_VOLUME, mountPath: runDir, readOnly: true },
    { name: RUN_VOLUME, mountPath: ownDirectoryOf(runDir, container), subPath: container },
  ]
}

function writePlatforms(platforms: Readonly<Record<string, readonly string[]>>): { name: string; value: string } {
  return { name: PLATFORM_COMMANDS, value: JSON.stringify(platforms) }
}

/**
 * Changes the hooks: postStart moves to the wrapper's flags, and preStop into a hook that waits for the container's turn. A null stays
 * as it is written.
 */
function changeHooks(container: Container, preStop: object | undefined): object | undefined {
  const hooks = Object.entries<unknown>((container['lifecycle'] ?? {}) as Fields)
  const others = hooks.filter(([name, hook]) => name !== 'postStart' || hook === null)
  const changed = { ...Object.fromEntries(others), ...(preStop === undefined ? {} : { preStop }) }
  return Object.keys(changed).length === 0 ? undefined : changed
}

/** Notes the values that cannot be restored from the result. */
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

/** Changes fields in place. A new command goes behind the image, args behind it, other new fields last. Undefined fields are removed. */
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
