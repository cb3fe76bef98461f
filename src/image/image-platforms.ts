/** Images with several platforms: the command on each of them, and the cache's record. Pure. */
import { isObject, isWords, readObject } from '../base/json-object.ts'
import { combineCommand, type ImageWords } from './image-command.ts'
import { isLinux, type PlatformImage } from './image-manifest.ts'

/** Words for a manifest: `$` is doubled in what came from the image. */
export type PlatformWords =
  /** The command with the container's args, or with CMD. */
  (
    | { readonly words: readonly string[] }
    /** `os/architecture[/variant]` -> ENTRYPOINT, and CMD where the container has no args; its args are not included. */
    | { readonly platforms: Readonly<Record<string, readonly string[]>> }
  ) & {
    /** The stop signal, when all platforms have the same. */
    readonly stopSignal?: string
  }

/** @returns `problem` is one clause about the image. */
export function combinePlatforms(
  images: readonly PlatformImage[],
  args: readonly string[] | undefined,
): PlatformWords | { readonly problem: string } {
  const linux = images.filter(({ platform }) => isLinux(platform))
  const [first] = linux
  if (first === undefined)
    return { problem: `it has no image for Linux${images[0] ? `, only for ${images[0].platform}` : ''}` }
  if (linux.some((image) => measure([...image.entrypoint, ...image.cmd]) > MOST_WORDS)) return TOO_LONG
  const { stopSignal } = first
  const same = stopSignal !== undefined && linux.every((image) => image.stopSignal === stopSignal) ? { stopSignal } : {}
  if (linux.every((image) => areSame(combineCommand(image, args), combineCommand(first, args)))) {
    const words = combineCommand(first, args)
    return words.length > 0 ? { words, ...same } : { problem: 'it has no ENTRYPOINT and no CMD' }
  }
  const hasArgs = args !== undefined && args.length > 0
  const own = ({ entrypoint, cmd }: ImageWords) => combineCommand({ entrypoint, cmd: hasArgs ? [] : cmd })
  const runnable = linux.filter((image) => hasArgs || own(image).length > 0)
  const platforms = keyByPlatform(runnable.map((image) => ({ platform: image.platform, words: own(image) })))
  return measure(Object.values(platforms).flat()) > MOST_WORDS ? TOO_LONG : { platforms, ...same }
}

/** Half of the longest single string that Linux accepts, 128 KiB (MAX_ARG_STRLEN). Commands of real images are far shorter. */
const MOST_WORDS = 65_536
const TOO_LONG = { problem: 'its ENTRYPOINT and CMD have more than 64 KiB' } as const

/** Counts characters, plus one for each word. */
function measure(words: readonly string[]): number {
  return words.reduce((sum, { length }) => sum + length + 1, 0)
}

/**
 * Gives each os/architecture a key without a variant: for the entry without a variant, else for the first one. The lookup falls back
 * to this key, so a variant with the same command needs no key of its own.
 */
function keyByPlatform(
  list: readonly { readonly platform: string; readonly words: readonly string[] }[],
): Readonly<Record<string, readonly string[]>> {
  const base = (platform: string): string => platform.split('/', 2).join('/')
  const plainFirst = list.toSorted(
    (a, b) => Number(a.platform !== base(a.platform)) - Number(b.platform !== base(b.platform)),
  )
  const keys = new Map<string, readonly string[]>()
  for (const { platform, words } of plainFirst) {
    const known = keys.get(base(platform))
    if (known === undefined) keys.set(base(platform), words)
    else if (!areSame(known, words)) keys.set(platform, words)
  }
  return Object.fromEntries(keys)
}

function areSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((word, index) => word === b[index])
}

/** The cache's record of an image; the key is the image's digest. */
export function formatRecord(images: readonly PlatformImage[]): string {
  return `${JSON.stringify({ images })}\n`
}

/** @returns undefined when the record is not complete: then the registry is asked again. */
export function readPlatformRecord(text: string): readonly PlatformImage[] | undefined {
  const images = readObject(text)?.['images']
  return Array.isArray(images) && images.length > 0 && images.every(isPlatformImage) ? images : undefined
}

function isPlatformImage(value: unknown): value is PlatformImage {
  return (
    isObject(value) &&
    typeof value['platform'] === 'string' &&
    isWords(value['entrypoint']) &&
    isWords(value['cmd']) &&
    ['undefined', 'string'].includes(typeof value['stopSignal'])
  )
}
