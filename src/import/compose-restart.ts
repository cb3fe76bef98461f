/** `restart` of a compose service as a restart policy. */
import { findEntry } from '../manifest/tree.ts'
import type { RestartPolicy } from '../pod/pod.ts'
import type { ContainerContext, Named } from './compose-context.ts'
import { fieldAt, wordOf } from './compose-tree.ts'

const POLICIES: ReadonlyMap<string, RestartPolicy> = new Map([
  ['no', 'Never'],
  ['false', 'Never'],
  ['none', 'Never'],
  ['always', 'Always'],
  ['unless-stopped', 'Always'],
  ['any', 'Always'],
  ['on-failure', 'OnFailure'],
])

/** @returns undefined where the service says none, which is `no` for docker compose */
export function readRestart({ tree }: Named, { note, refuse }: ContainerContext): RestartPolicy | undefined {
  const policy = fieldAt(tree, 'deploy', 'restart_policy')
  const entry = findEntry(tree, 'restart') ?? findEntry(policy, 'condition')
  const word = wordOf(entry?.value)
  if (entry === undefined || word === undefined) return undefined
  const [kind = '', attempts] = word.split(':')
  const found = POLICIES.get(kind)
  if (found === undefined) refuse(entry, `unknown restart "${word}"`, 'use no, on-failure, always or unless-stopped')
  if (attempts !== undefined) {
    note(
      entry,
      `Kubernetes does not count attempts: it restarts more than ${attempts} times`,
      'set backoffLimit of a Job',
    )
  }
  return found
}

const STRENGTH: readonly RestartPolicy[] = ['Never', 'OnFailure', 'Always']

/** The pod's own: that of the service that asks for most. Where nobody says any, Kubernetes' default, since most are servers. */
export function strongest(policies: readonly (RestartPolicy | undefined)[]): RestartPolicy {
  const said = policies.filter((policy) => policy !== undefined)
  if (said.length === 0) return 'Always'
  return said.reduce((one, other) => (STRENGTH.indexOf(other) > STRENGTH.indexOf(one) ? other : one))
}
