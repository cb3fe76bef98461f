/** A manifest's text with its pods, and the changes to it. */
import { isEqual } from '../manifest/equality.ts'
import {
  type ChangedPod,
  changeDocuments,
  createTextOf,
  editText,
  hintOriginals,
  hintWords,
  restorePods,
} from './injection.ts'
import { findPods, type FoundPod } from '../manifest/found-pods.ts'
import type { Document, Hint } from '../manifest/manifest-edit.ts'
import { openPage } from '../manifest/text-page.ts'
import { applySplices } from '../manifest/apply-splices.ts'
import { describeFault, type Fault, type Tree } from '../manifest/tree.ts'
import { limitFaults } from '../manifest/yaml-fault.ts'
import { writeValue } from '../manifest/yaml-text.ts'
import type { TextOf } from '../rewrite/wrap.ts'
import type { Input } from './inputs.ts'
import type { TemplateKind } from '../manifest/template-kinds.ts'
import { readPodManifest, readValues } from '../manifest/yaml.io.ts'

export interface OpenManifest {
  readonly file: string
  /** Without the byte order mark. */
  readonly text: string
  readonly documents: readonly Document[]
  readonly pods: readonly FoundPod[]
  /** Documents that cannot be read and contain nothing for podorder: they stay as they are. */
  readonly strange: readonly Fault[]
  /** A fault at a place of the text, as one line. */
  readonly say: (fault: Fault) => string
}

export interface Changed {
  /** Without the byte order mark. */
  readonly text: string
  /** Whole documents were written anew, so their comments are lost. */
  readonly restyled: boolean
}

const MARK = '\uFEFF'

/** @returns the byte order mark or an empty text, and the rest */
export function splitMark(text: string): readonly [string, string] {
  return text.startsWith(MARK) ? [MARK, text.slice(MARK.length)] : ['', text]
}

/** @returns one line for each fault when it cannot be read */
export function openManifest(
  { file, text: marked, line, found }: Pick<Input, 'file' | 'text' | 'line' | 'found'>,
  templates: readonly TemplateKind[] = [],
): OpenManifest | { readonly problems: readonly string[] } {
  const [, text] = splitMark(marked)
  const { documents: read, faults, strange } = readPodManifest(text, found)
  const say = (fault: Fault): string => describeFault(file, fault, line)
  if (faults.length > 0) return { problems: limitFaults(faults).map(say) }
  const documents = read.map((one) => ({ tree: one.tree(), value: one.value, aliases: one.aliases }))
  return { file, text, documents, pods: findPods(documents, say, templates), strange: limitFaults(strange), say }
}

/** Restores pods as before the rewrite: byte for byte if they were not changed since, else value by value. */
export function restoreManifest(manifest: OpenManifest, pods: readonly FoundPod[]): Changed {
  const { text } = manifest
  const changed = restorePods(pods)
  if (changed.length === 0) return { text, restyled: false }
  const restored = edit(manifest, changed, hintOriginals(pods, text)) ?? edit(manifest, changed, hintWords(pods, text))
  return restored === undefined ? write(manifest, changed) : { text: restored, restyled: false }
}

/** @param change changes the pods; its argument finds the original text of a pod's fields */
export function changeManifest(
  manifest: OpenManifest,
  change: (textOf: (pod: FoundPod) => TextOf) => readonly ChangedPod[],
): Changed {
  const { text } = manifest
  const changed = change((pod) => createTextOf(pod, text))
  if (changed.length === 0) return { text, restyled: false }
  const edited = edit(manifest, changed, hintWords(changed, text))
  if (edited !== undefined) return { text: edited, restyled: false }
  const withoutTexts = change(() => () => undefined)
  return write(manifest, withoutTexts)
}

/** @returns undefined when the new text does not have the wanted values */
function edit(
  manifest: OpenManifest,
  changed: readonly ChangedPod[],
  hints: ReadonlyMap<Tree, Hint>,
): string | undefined {
  const values = changeDocuments(manifest.documents, changed)
  const text = editText(manifest.text, manifest.documents, values, hints)
  return text !== undefined && saysWhatItShall(text, values) ? text : undefined
}

/** Writes each changed document anew, when small changes are not enough. */
function write({ file, text, documents }: OpenManifest, changed: readonly ChangedPod[]): Changed {
  const values = changeDocuments(documents, changed)
  const splices = documents.flatMap(({ tree, value }, index) => {
    if (values[index] === value) return []
    const style = { ...openPage(text, tree.source).layout, flow: true, indent: 0, step: 2, json: true }
    const { start, end } = tree.source
    // kubectl reads a file that begins with a brace as JSON, which has no --- in it, no comments and no `...`.
    const isStream = text.slice(0, start).trim() === '' && text.slice(end).trim() !== ''
    return [{ start, end, text: `${isStream ? `---${style.eol}` : ''}${writeValue(values[index], style)}` }]
  })
  const written = applySplices(text, splices)
  if (written === undefined || !saysWhatItShall(written, values))
    throw new Error(`${file}: what was written does not say what it shall`)
  return { text: written, restyled: true }
}

/** Reads the text again: with the fast reader, and with the full reader if the fast one does not confirm the values. */
function saysWhatItShall(text: string, values: readonly unknown[]): boolean {
  const isRight = (said: readonly unknown[] | undefined): boolean => said !== undefined && isEqual(said, values)
  if (isRight(readValues(text))) return true
  const { documents, faults } = readPodManifest(text)
  return faults.length === 0 && isRight(documents.map(({ value }) => value))
}
