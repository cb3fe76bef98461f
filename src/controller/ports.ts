/** Ports of the controller. */
import type { AccessWish } from '../kube/find-access.io.ts'
import type { Kube } from '../kube/kube.io.ts'
import type { servePlainly } from '../webhook/plain.io.ts'
import type { ParseScalar } from './waits.ts'
import type { Log } from '../base/log.io.ts'

export interface ControllerPorts {
  /** @returns one sentence about the fault when there is no access */
  readonly openKube: (wish: AccessWish) => Promise<Kube | { readonly problem: string }>
  readonly parseYaml: ParseScalar
  readonly servePlainly: typeof servePlainly
  readonly signals: { listen(listener: (signal: number) => void): void }
  readonly log: Log
  /** Monotonic, ms. */
  readonly clock: () => number
  /** Wall time, only for people. */
  readonly now: () => Date
  /** @returns a random number from 0 to below 1 */
  readonly chance: () => number
}
