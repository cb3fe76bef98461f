/** Flags of the waits. Pure. */
import { readDuration, type Refuse } from '../args/flag-value.ts'
import type { Awaited, Wait } from '../flags/judge.ts'
import { labelOf } from '../flags/layout.ts'
import { OPTIONS } from './options.ts'

type Values = ReadonlyMap<string, readonly string[]>

/** @param absolute makes a path absolute */
export function readWaits(
  values: Values,
  absolute: (path: string) => string,
  runDir: string | undefined,
  refuse: Refuse,
): readonly Wait[] {
  if (!isSaid('wait-file', values)) return []
  const list = (flag: string) =>
    (values.get(flag) ?? [])
      .flatMap((text) => text.split(','))
      .filter((text) => text !== '')
      .map(absolute)
  const paths = new Set(list('wait-file'))
  const termsOf = readTerms('wait-file', paths, values, list, absolute, refuse)
  return [...paths].map((path) => ({ ...plainWait(path, runDir), ...termsOf(path) }))
}

/** Targets are not split at commas, because selectors and URLs contain commas. */
export function readTargets(values: Values, refuse: Refuse): readonly Awaited[] {
  if (!isSaid('wait-for', values)) return []
  const labels = new Set(values.get('wait-for'))
  const termsOf = readTerms(
    'wait-for',
    labels,
    values,
    (flag) => values.get(flag) ?? [],
    (label) => label,
    refuse,
  )
  const absent = new Set(values.get('wait-for-absent'))
  for (const label of absent) {
    if (!labels.has(label)) refuse(`--wait-for-absent ${label}: there is no --wait-for ${label}`)
    else if (!/^job(?:-w[er])?\//.test(label)) refuse(`--wait-for-absent ${label}: it is not a Job`)
  }
  return [...labels].map((label) => ({
    ...{ label, ...termsOf(label) },
    ...(absent.has(label) ? { absentCounts: true as const } : {}),
  }))
}

export function plainWait(path: string, runDir: string | undefined): Wait {
  return { path, label: labelOf(path, runDir), timeoutMs: undefined, optional: false }
}

/** Many wrappers wait for nothing, and this check saves 0.1 ms of their start: the engine compiles array methods at their first call. */
function isSaid(flag: 'wait-file' | 'wait-for', values: Values): boolean {
  const terms = values.has(`${flag}-timeout`) || values.has(`${flag}-optional`)
  return values.has(flag) || terms || values.has('restart-on') || values.has('restart-after')
}

function readTerms(
  flag: 'wait-file' | 'wait-for',
  known: ReadonlySet<string>,
  values: Values,
  list: (flag: string) => readonly string[],
  normalize: (text: string) => string,
  refuse: Refuse,
): (name: string) => Pick<Awaited, 'timeoutMs' | 'optional' | 'restart'> {
  const timeouts = readDurations(`${flag}-timeout`, OPTIONS[flag].value, values, refuse)
  const optional = new Set(list(`${flag}-optional`))
  for (const name of [...[...timeouts.keys()].map(normalize), ...optional]) {
    if (!known.has(name)) refuse(`${name} has a timeout or is optional, but there is no --${flag} ${name}`)
  }
  const byName = new Map([...timeouts].map(([name, ms]) => [normalize(name), ms]))
  const restarts = readRestarts(values, refuse)
  return (name) => {
    const restart = [...restarts].find(([said]) => normalize(said) === name)?.[1]
    return { timeoutMs: byName.get(name), optional: optional.has(name), ...(restart === undefined ? {} : { restart }) }
  }
}

/** Reads the `restart` flags of both kinds of waits. */
function readRestarts(values: Values, refuse: Refuse): ReadonlyMap<string, { readonly afterMs?: number }> {
  const after = readDurations('restart-after', 'WAIT', values, refuse)
  const names = new Set(values.get('restart-on'))
  for (const name of after.keys()) if (!names.has(name)) refuse(`--restart-after ${name} has no --restart-on ${name}`)
  return new Map(
    [...names].map((name) => {
      const afterMs = after.get(name)
      return [name, afterMs === undefined ? {} : { afterMs }]
    }),
  )
}

/** @param waits all waits */
export function refuseIdleRestarts(values: Values, waits: readonly Awaited[], refuse: Refuse): void {
  if (!values.has('restart-on')) return
  const said = new Set(values.get('restart-on')).size
  if (waits.filter(({ restart }) => restart !== undefined).length < said) {
    refuse(
      `--restart-on needs a --wait-file or --wait-for of the same: ${[...(values.get('restart-on') ?? [])].join(', ')}`,
    )
  }
}

function readDurations(flag: string, value: string, values: Values, refuse: Refuse): ReadonlyMap<string, number> {
  const durations = new Map<string, number>()
  for (const text of values.get(flag) ?? []) {
    const equals = text.lastIndexOf('=')
    if (equals < 1) refuse(`--${flag} takes ${value}=DURATION, not "${text}"`)
    else durations.set(text.slice(0, equals), readDuration(`--${flag}`, text.slice(equals + 1), refuse))
  }
  return durations
}
