/** What a target of `depends-on` names: a container of the pod, or something outside it. */
import { proposeWord } from './suggest.ts'

const OUTSIDE = ['pod/', 'job/', 'service/', 'sidecar/', 'tcp://', 'http://', 'https://']

/** Whether the target has a word for its kind before it, known or not; container names have neither `/` nor `:`. */
export function hasKind(target: string): boolean {
  return target.includes('/')
}

/** Why a target with a kind is refused. */
export function refuseKind(target: string): { readonly what: string; readonly fix: string } {
  const kind = /^[^/]*\/(?:\/)?/.exec(target)?.[0] ?? target
  if (OUTSIDE.some((known) => target.startsWith(known))) {
    return {
      what: `"${target}": targets outside the pod are not supported by this version`,
      fix: 'remove it, or wait for it with an init container',
    }
  }
  const fix = proposeWord(kind, OUTSIDE, 'name a container of this pod')
  return { what: `unknown target kind "${kind}" in "${target}"`, fix }
}
