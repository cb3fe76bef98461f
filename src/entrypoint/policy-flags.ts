/** Flags of the restart policy and rules. Pure. */
import { readChoice, type Refuse } from '../args/flag-value.ts'
import type { RestartPolicy } from '../pod/pod.ts'

export const POLICIES = ['Never', 'OnFailure', 'Always'] as const

export function readPolicies(texts: readonly string[] | undefined, refuse: Refuse): ReadonlyMap<string, RestartPolicy> {
  return new Map(
    texts?.map((text) => {
      const equals = text.indexOf('=')
      if (equals < 1) refuse(`--policy-of takes NAME=POLICY, not "${text}"`)
      return [text.slice(0, equals), readChoice('--policy-of', text.slice(equals + 1), POLICIES, refuse)]
    }),
  )
}
