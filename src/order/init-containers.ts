/**
 * Init containers in an order. Native sidecars can be ordered, among themselves in listed order only. Ordinary init containers have
 * completed before the kubelet creates any later container (pkg/kubelet/kuberuntime, computeInitContainerActions). Pure.
 */
import type { NamedContainer } from '../manifest/template.ts'
import type { Fault } from '../manifest/tree.ts'
import { INIT_CONTAINER } from '../pod/own.ts'
import type { Claim } from './depends-on.ts'

export interface InitPlace {
  readonly index: number
  readonly native: boolean
}

export type InitPlaces = ReadonlyMap<string, InitPlace>

export function placeInits(inits: readonly NamedContainer[]): InitPlaces {
  return new Map(inits.map(({ name, native }, index) => [name, { index, native }]))
}

export function isNative(name: string, inits: InitPlaces): boolean {
  return inits.get(name)?.native === true
}

type Refusal = Pick<Fault, 'what' | 'fix'>

/** Refuses an ordinary init container that waits. */
export function refuseInit(name: string, inits: InitPlaces): Refusal | undefined {
  if (name !== INIT_CONTAINER && (!inits.has(name) || isNative(name, inits))) return undefined
  const fix = 'remove it here: the kubelet starts it after the init containers that are listed before it'
  return { what: `"${name}" is an init container`, fix }
}

/** @returns `met` when the kubelet guarantees the condition, so that it needs no flag; undefined when init containers do not decide it */
export function judgeInits(
  { container, target, condition }: Pick<Claim, 'container' | 'target' | 'condition'>,
  inits: InitPlaces,
): Refusal | 'met' | undefined {
  const own = inits.get(container)
  const other = inits.get(target)
  if (own === undefined && other?.native === true) return undefined
  // `refuseInit` has reported this already.
  if (own?.native === false) return undefined
  if (other === undefined) return own === undefined ? undefined : refuseApp(container, target)
  if (own !== undefined && other.index > own.index) {
    const what = `waits for "${target}", which is listed after it: init containers start one after another`
    return { what, fix: `list "${target}" before "${container}", or remove it here` }
  }
  if (other.native) return undefined
  if (condition !== 'failed') return 'met'
  const what = `waits for "${target}" to have failed, but after an init container that has failed nothing is started`
  return { what, fix: 'remove it, or make it an ordinary container' }
}

function refuseApp(container: string, target: string): Refusal {
  const what = `waits for "${target}", but a native sidecar starts before all ordinary containers`
  return { what, fix: `move "${container}" to spec.containers, or remove it here` }
}

/** Refuses a native sidecar in `steps` or `main`, since it runs until the kubelet stops it. */
export function refuseNative(name: string, where: 'steps' | 'main', inits: InitPlaces): Refusal | undefined {
  if (!isNative(name, inits)) return undefined
  const fix =
    where === 'main'
      ? 'remove it here: the kubelet stops it when all ordinary containers have ended'
      : 'name it in podorder.io/depends-on instead: it does not end, so no step could start after it'
  return { what: `"${name}" is a native sidecar`, fix }
}
