/** The flags that say what is waited for. Pure. */
import { readDuration, type Refuse } from '../args/flag-value.ts'
import type { Awaited, Wait } from '../flags/judge.ts'
import { labelOf } from '../flags/layout.ts'
import { OPTIONS } from './options.ts'

type Values = ReadonlyMap<string, readonly string[]>

/** @param absolute of a path that may be relative */
export function readWaits(
  values: Values,
  absolute: (path: string) => string,
  runDir: string | undefined,
  refuse: Refuse,
): readonly Wait[] {
  const list = (flag: string) =>
    (values.get(flag) ?? [])
      .flatMap((text) => text.split(','))
      .filter((text) => text !== '')
      .map(absolute)
  const paths = new Set(list('wait-file'))
  const termsOf = readTerms('wait-file', paths, values, new Set(list('wait-file-optional')), absolute, refuse)
  return [...paths].map((path) => ({ ...plainWait(path, runDir), ...termsOf(path) }))
}

/** Targets are not split: selectors and URLs hold commas themselves. */
export function readTargets(values: Values, refuse: Refuse): readonly Awaited[] {
  const labels = new Set(values.get('wait-for'))
  const optional = new Set(values.get('wait-for-optional'))
  const termsOf = readTerms('wait-for', labels, values, optional, (label) => label, refuse)
  return [...labels].map((label) => ({ label, ...termsOf(label) }))
}

export function plainWait(path: string, runDir: string | undefined): Wait {
  return { path, label: labelOf(path, runDir), timeoutMs: undefined, optional: false }
}

function readTerms(
  flag: 'wait-file' | 'wait-for',
  known: ReadonlySet<string>,
  values: Values,
  optional: ReadonlySet<string>,
  normalize: (text: string) => string,
  refuse: Refuse,
): (name: string) => Pick<Awaited, 'timeoutMs' | 'optional'> {
  const timeouts = new Map<string, number>()
  for (const text of values.get(`${flag}-timeout`) ?? []) {
    const equals = text.lastIndexOf('=')
    if (equals < 1) refuse(`--${flag}-timeout takes ${OPTIONS[flag].value}=DURATION, not "${text}"`)
    else
      timeouts.set(normalize(text.slice(0, equals)), readDuration(`--${flag}-timeout`, text.slice(equals + 1), refuse))
  }
  for (const name of [...timeouts.keys(), ...optional]) {
    if (!known.has(name)) refuse(`${name} has a timeout or is optional, but there is no --${flag} ${name}`)
  }
  return (name) => ({ timeoutMs: timeouts.get(name), optional: optional.has(name) })
}
