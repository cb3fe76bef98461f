/** What the controller needs from outside. */
import type { AccessWish } from '../../adapters/kube/access.ts'
import type { Kube } from '../../adapters/kube/kube.ts'
import type { servePlainly } from '../../adapters/server/plain.ts'
import type { Parse } from '../../core/controller/waits.ts'
import type { Log } from '../ports.ts'

export interface ControllerPorts {
  /** @returns one sentence on what is missing otherwise. */
  readonly openKube: (wish: AccessWish) => Promise<Kube | { readonly problem: string }>
  readonly parseYaml: Parse
  readonly servePlainly: typeof servePlainly
  readonly signals: { listen(listener: (signal: number) => void): void }
  readonly log: Log
  /** Monotonic, ms. */
  readonly clock: () => number
  /** Wall time, for what people read. */
  readonly now: () => Date
  /** At random from 0 up to but without 1. */
  readonly chance: () => number
  readonly describeError: (error: unknown) => string
}
