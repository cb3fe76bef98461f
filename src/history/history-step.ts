/** Reads what a Tekton step reports at its end: when its command was started, and its result. Pure. */
import { type Packing, readMessage } from '../tekton/message.ts'
import type { PodLife } from './course.ts'

/**
 * @param text the container's termination message
 * @returns undefined when it is not Tekton's. A skipped step has no started command
 */
export function readStep(text: string, packing: Packing): Partial<PodLife> | undefined {
  const entries = text === '' ? undefined : readMessage(text, packing)
  if (entries === undefined) return undefined
  // For several entries with one key, the last one counts (tektoncd/pipeline pkg/termination).
  const said = new Map(entries.map(({ key, value }) => [key, value]))
  const startedMs = Date.parse(said.get('StartedAt') ?? '')
  const reason = said.get('Reason')
  const code = /^-?\d+$/.test(said.get('ExitCode') ?? '') ? Number(said.get('ExitCode')) : undefined
  return {
    ...(Number.isNaN(startedMs) || reason === 'Skipped' ? {} : { startedMs }),
    ...(reason === undefined ? {} : { reason }),
    ...(code === undefined ? {} : { commandCode: code }),
  }
}
