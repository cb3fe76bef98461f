/** Reads the flag that selects how readiness is measured. Pure. */
import type { Refuse } from '../args/flag-value.ts'
import type { OptionName } from './options.ts'

/** The flag that selects it. `probe/probe-flag.ts` parses its text, and is loaded only if there is one. */
export interface ReadinessFlag {
  readonly flag: 'startup-probe' | 'ready-probe' | 'ready-tcp' | 'ready-http' | 'ready-exec'
  readonly text: string
}

export function readReadiness(
  last: (name: OptionName) => string | undefined,
  refuse: Refuse,
): ReadinessFlag | undefined {
  const names = ['startup-probe', 'ready-probe', 'ready-tcp', 'ready-http', 'ready-exec'] as const
  const given: ReadinessFlag[] = []
  for (const flag of names) {
    const text = last(flag)
    if (text !== undefined) given.push({ flag, text })
  }
  if (given.length > 1) refuse(`--${given[0]?.flag} and --${given[1]?.flag} exclude each other; give one of them`)
  return given[0]
}
