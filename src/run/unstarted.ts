/** Publishes the failure of a wrapper that could not start. The containers that wait for it need the wrapper's flags. */
import { CODE_NOT_FOUND, CODE_SIGNAL } from '../base/exit-code.ts'
import { settle } from '../entrypoint/outcome.ts'
import { flagPathOf, refusalOf } from '../flags/layout.ts'
import { type Flag, writeRecord } from '../flags/record.ts'
import type { RunPorts } from './ports.ts'
import type { PodPlan } from './prepare.ts'

/** The kubelet's exit code of a container that could not start (StartError). */
const exitCode = CODE_SIGNAL

/** @param why the reason, in one clause */
export function tellUnstarted(
  container: string,
  why: string,
  { runDir, members }: Pick<PodPlan, 'runDir' | 'members'>,
  { disk, now }: Pick<RunPorts, 'disk' | 'now'>,
): void {
  const restarts = members.find(({ name }) => name === container)?.restarts
  if (restarts === undefined) return
  const outcome = { kind: 'unstartable', code: CODE_NOT_FOUND, message: why } as const
  const { publish, refuse, reason, message } = settle(outcome, { restarts, continueOnError: false })
  const at = new Date(now()).toISOString()
  const told = { at, incarnation: `unstarted-${now().toString(36)}`, exitCode, reason, message }
  const pathOf = (flag: Flag): string => flagPathOf(runDir, container, flag)
  for (const flag of publish) disk.publishFlag(pathOf(flag), writeRecord(told))
  for (const flag of refuse) {
    disk.publishFlag(refusalOf(pathOf(flag)), writeRecord({ ...told, origin: container }))
  }
}
