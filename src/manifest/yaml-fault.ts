/** Syntax errors of YAML, in words for authors of Kubernetes manifests. */
import type { Fault, Position } from './tree.ts'

/** How to fix an error, by the YAML library's error code. Errors whose message is enough are not listed. */
const ADVICE: Readonly<Record<string, { readonly what?: string; readonly fix: string }>> = {
  TAB_AS_INDENT: { what: 'a tab in the indentation', fix: 'indent with spaces, not tabs' },
  BAD_INDENT: { fix: 'line it up with the entries it belongs to' },
  BLOCK_AS_IMPLICIT_KEY: {
    what: 'a map or list begins where a value was expected',
    fix: 'put a value that contains ": " in quotes, and check the indentation here and in the next line',
  },
  MULTILINE_IMPLICIT_KEY: {
    what: 'this line is not "key: value"',
    fix: 'give it a key, or indent it below the key it belongs to',
  },
  BAD_SCALAR_START: { fix: 'put the value in quotes' },
  BAD_DQ_ESCAPE: { fix: 'write \\\\ for a backslash, or use single quotes' },
  BLOCK_IN_FLOW: { fix: 'close the { or [ first, or write the inner part with { } and [ ] too' },
  MISSING_CHAR: { fix: 'add what is missing, or put the text in quotes' },
  KEY_OVER_1024_CHARS: {
    what: 'a key of more than 1024 characters',
    fix: 'is a quote or a bracket left open before it?',
  },
  TAG_RESOLVE_FAILED: { fix: 'remove the tag' },
  RESOURCE_EXHAUSTION: { what: 'nested too deeply', fix: 'nest maps and lists less deeply' },
}

/** A limit for each file: later faults mostly follow from the first ones. */
const MAX_FAULTS = 5

const FIX = 'check quotes, brackets and indentation, here and in the line before'
const TEMPLATE_FIX = 'this is a template: render it first, for instance with helm template'

/**
 * @param code the YAML library's error code
 * @param message the library's message, used when there are no better words
 * @param line the text of the line with the error
 */
export function wordYamlFault(code: string, message: string, line: string, at: Position): Fault {
  const open = /^Flow (map|sequence) /.exec(message)?.[1]
  if (open !== undefined) {
    const [bracket, end] = open === 'map' ? ['{', '}'] : ['[', ']']
    return { at, what: `a ${bracket} is not closed`, fix: `write the ${end}, indented more than the key it belongs to` }
  }
  if (message.startsWith('Alias cannot be an empty')) {
    return { at, what: 'a * begins an alias, and no name follows it', fix: 'put the * in quotes: "*"' }
  }
  if (message.startsWith('Unexpected block-seq-ind on same line')) {
    return { at, what: 'a list begins on the line of its key', fix: 'begin it on the next line, or write it as [a, b]' }
  }
  // Streams of the API server, and objects that programs append, have no separators.
  if (/^Unexpected flow-map-start (?:at node end|token in YAML stream)/.test(message) && /^\s*\{/.test(line)) {
    return { at, what: 'another JSON object begins', fix: 'put a line with --- between the two' }
  }
  // Both codes mean the same fault; which of them the library gives depends on the next line.
  const known = message.startsWith('Implicit map keys need') ? 'MULTILINE_IMPLICIT_KEY' : code
  const advice = Object.hasOwn(ADVICE, known) ? ADVICE[known] : undefined
  const what = advice?.what ?? message.charAt(0).toLowerCase() + message.slice(1)
  return { at, what, fix: line.includes('{{') ? TEMPLATE_FIX : (advice?.fix ?? FIX) }
}

/**
 * Reports a carriage return without a line feed. It ends a line for Kubernetes (YAML 1.1, b-break) and not for other readers, so
 * that each would read another text.
 * @param start the offset of a part of the text
 */
export function findLoneReturn(text: string, start: number, end: number): Fault | undefined {
  const found = /\r(?!\n)/.exec(text.slice(start, end))
  if (found === null) return undefined
  const before = text.slice(0, start + found.index).split('\n')
  const at = { line: before.length, column: (before.at(-1) ?? '').length + 1 }
  return { at, what: 'a carriage return without a line feed', fix: 'end each line with a line feed alone' }
}

/** Keeps the first faults of an unreadable file; the last one says that there are more. */
export function limitFaults(faults: readonly Fault[]): readonly Fault[] {
  // The file is a template that is not rendered, so all other faults follow from that.
  const template = faults.find(({ fix }) => fix === TEMPLATE_FIX)
  if (template !== undefined) return [template]
  const next = faults[MAX_FAULTS]
  if (next === undefined) return faults
  const more = { at: next.at, what: 'there are more errors from here on', fix: 'correct those above first' }
  return [...faults.slice(0, MAX_FAULTS), more]
}
