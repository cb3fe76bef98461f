/** How a live pod, or a workload's template, is rewritten, against what this podorder would write. Pure. */
import { ORDERING } from '../order/said.ts'
import { INJECT, PREFIX, THEIR_ORDER } from '../pod/annotation-names.ts'
import { readTagVersion } from '../image/image-reference.ts'
import { version } from '../base/version.ts'
import { enumerate } from '../base/wording.ts'
import { isEqual } from '../manifest/equality.ts'
import { fieldOf, textOf } from '../pod/api-object.ts'
import type { Order } from '../order/order.ts'
import { readOriginal } from '../pod/original.ts'
import { BIN_VOLUME, DEFAULT_IMAGE, DEFAULT_ROOT, INIT_CONTAINER } from '../pod/own.ts'
import { allContainers, type Container, type PodTemplate } from '../pod/pod.ts'
import { missingCommands, rewritePod } from '../rewrite/rewrite.ts'

export type Wrapping =
  /** As this podorder would write it. */
  | { readonly kind: 'kept' }
  | { readonly kind: 'unordered' }
  /** Somebody has said that it is to be so. */
  | { readonly kind: 'disabled' }
  /** What stands in the pod cannot be compared: the notes of the rewrite, or a command, are gone. */
  | { readonly kind: 'unknown' }
  /** @prop image podorder's, in the pod @prop differs what it says else is not the same either */
  | { readonly kind: 'other-version'; readonly image: string; readonly has: string; readonly differs: boolean }
  /** @prop how each a clause: `"web" has --wait-file=…, and would have …` */
  | { readonly kind: 'changed'; readonly how: string }

export function judgeWrapping(template: PodTemplate, order: Order): Wrapping {
  const original = readOriginal(template)
  if (original === undefined) return isDisabled(template) ? { kind: 'disabled' } : { kind: 'unordered' }
  if (original === 'unreadable' || missingCommands(template, order).length > 0) return { kind: 'unknown' }
  const image = findImage(template)
  const meant = rewritePod(template, order, { image: image ?? DEFAULT_IMAGE, ...readOptions(template) })
  const has = image === undefined ? undefined : readTagVersion(image)
  if (image !== undefined && has !== undefined && has !== version) {
    return { kind: 'other-version', image, has, differs: meant !== template }
  }
  return meant === template ? { kind: 'kept' } : { kind: 'changed', how: describeChange(template, meant) }
}

/** The annotation is podorder's own; the label is what the webhook goes by. */
function isDisabled({ metadata }: PodTemplate): boolean {
  return metadata?.annotations?.[INJECT] === 'disabled' || metadata?.labels?.[INJECT] === 'disabled'
}

function findImage({ spec }: PodTemplate): string | undefined {
  const init = spec.initContainers?.find(({ name }) => name === INIT_CONTAINER)
  const volume = spec.volumes?.find(({ name }) => name === BIN_VOLUME)
  return init?.image ?? (textOf(volume, 'image', 'reference') || undefined)
}

/** As its containers show that they were chosen. */
function readOptions({ spec }: PodTemplate): {
  readonly root: string
  readonly binSource: 'copy' | 'image-volume'
} {
  const volume = spec.volumes?.find(({ name }) => name === BIN_VOLUME)
  const flags = allContainers(spec).flatMap(({ args }) => args ?? [])
  const runDir = flags.find((word) => word.startsWith(RUN_DIR))?.slice(RUN_DIR.length)
  return {
    root: runDir?.endsWith('/run') === true ? runDir.slice(0, -'/run'.length) : DEFAULT_ROOT,
    binSource: fieldOf(volume, 'image') === undefined ? 'copy' : 'image-volume',
  }
}

const RUN_DIR = '--run-dir='

/** Containers whose difference is told. */
const TOLD = 2

function describeChange(template: PodTemplate, meant: PodTemplate): string {
  const now = new Map(allContainers(template.spec).map((container) => [container.name, container]))
  const how = allContainers(meant.spec).flatMap((want) => {
    const found = now.get(want.name)
    if (found === undefined) return [`"${want.name}" is missing`]
    const [has, would] = [flagsOf(found), flagsOf(want)]
    const gone = has.filter((flag) => !would.includes(flag))
    const missing = would.filter((flag) => !has.includes(flag))
    if (gone.length + missing.length === 0) return []
    return [
      `"${want.name}" ${gone.length === 0 ? '' : `has ${enumerate(gone, TOLD)}`}${gone.length === 0 || missing.length === 0 ? '' : ', and '}${missing.length === 0 ? '' : `would have ${enumerate(missing, TOLD)}`}`,
    ]
  })
  return how.length === 0 ? 'its containers, probes or volumes are others' : how.slice(0, TOLD).join('; ')
}

/** The flags of its wrapper, or of podorder-init. */
function flagsOf({ args }: Container): readonly string[] {
  const words = args ?? []
  const dashes = words.indexOf('--')
  return dashes === -1 ? words : words.slice(0, dashes)
}

/** Whether two templates say the same order, as far as annotations go. */
export function saysSameOrder(one: PodTemplate, other: PodTemplate): boolean {
  return isEqual(listOrder(one), listOrder(other))
}

const NAMES = [...ORDERING.map((name) => PREFIX + name), THEIR_ORDER]

function listOrder({ metadata }: PodTemplate): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(NAMES.map((name) => [name, metadata?.annotations?.[name]]))
}
