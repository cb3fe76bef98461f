/** What the controller needs from outside. */
import type { AccessWish } from '../kube/find-access.io.ts'
import type { Kube } from '../kube/kube.io.ts'
import type { servePlainly } from '../webhook/plain.io.ts'
import type { ParseScalar } from './waits.ts'
import type { Log } from '../base/log.io.ts'

export interface ControllerPorts {
  /** @returns one sentence on what is missing otherwise. */
  readonly openKube: (wish: AccessWish) => Promise<Kube | { readonly problem: string }>
  readonly parseYaml: ParseScalar
  readonly servePlainly: typeof servePlainly
  readonly signals: { listen(listener: (signal: number) => void): void }
  readonly log: Log
  /** Monotonic, ms. */
  readonly clock: () => number
  /** Wall time, for what people read. */
  readonly now: () => Date
  /** At random from 0 up to but without 1. */
  readonly chance: () => number
}
