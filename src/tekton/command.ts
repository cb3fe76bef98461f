/** Runs the command of a step. */
import { describeError } from '../base/system-error.ts'
import { formatDuration } from '../base/duration.ts'
import type { TektonPlan } from './tekton-flags.ts'
import type { StepOutcome } from './step-outcome.ts'
import type { Events } from './events.ts'
import type { RawTexts, TektonPorts } from './ports.ts'
import { startTimer } from '../base/timer.ts'

const SIGKILL = 9

/** How long output is copied after the command's end, in ms. A background process may keep it open. */
const DRAIN_MS = 500

export interface Command {
  readonly argv: RawTexts
  readonly env: RawTexts
}

/** Runs the command until it ends. Passes on signals; kills it at its timeout or a cancellation. @param onStart called at its start */
export async function runCommand(
  { argv, env }: Command,
  plan: Pick<TektonPlan, 'stdoutPath' | 'stderrPath' | 'timeoutMs'>,
  events: Events,
  onStart: () => void,
  ports: TektonPorts,
): Promise<StepOutcome> {
  // The command is empty if the image has none for this platform. Tekton treats that as a success.
  if (argv.length === 0) return { kind: 'exited', code: 0 }
  const copies = await openCopies(plan, ports)
  if ('problem' in copies) return { kind: 'unstartable', message: copies.problem }
  const isolated = ports.env['TEKTON_HERMETIC'] === '1' && !ports.env['TEKTON_RESOURCE_NAME']
  const child = await ports.openChild(argv, env, isolated)
  const running = await child.spawn(copies)
  if ('why' in running) return { kind: 'unstartable', message: `cannot start ${running.why}` }
  const { pid } = running
  child.offerToOomKiller(pid)

  let stopped: 'timeout' | 'cancelled' | undefined
  const kill = (why: 'timeout' | 'cancelled'): void => {
    stopped ??= why
    child.signal(pid, SIGKILL)
  }
  events.listen((event) => (event === 'cancel' ? kill('cancelled') : child.signal(pid, event)))
  const { timeoutMs } = plan
  const timers = timeoutMs === undefined ? [] : [startTimer(() => kill('timeout'), timeoutMs)]
  onStart()

  const status = await running.end
  events.keep()
  if (running.drained !== undefined) {
    await Promise.race([running.drained, new Promise((resolve) => timers.push(setTimeout(resolve, DRAIN_MS)))])
  }
  for (const timer of timers) clearTimeout(timer)
  child.sweep()

  const outcome: StepOutcome =
    'code' in status ? { kind: 'exited', code: status.code } : { kind: 'signalled', signal: status.signal }
  // The command may have succeeded just before the kill.
  if (stopped === undefined || (outcome.kind === 'exited' && outcome.code === 0)) return outcome
  return stopped === 'cancelled'
    ? { kind: 'cancelled' }
    : { kind: 'timeout', message: `still running after ${formatDuration(timeoutMs ?? 0)}` }
}

async function openCopies(
  { stdoutPath, stderrPath }: Pick<TektonPlan, 'stdoutPath' | 'stderrPath'>,
  { openCopy }: TektonPorts,
) {
  try {
    return {
      stdout: stdoutPath === undefined ? undefined : await openCopy(stdoutPath, 1),
      stderr: stderrPath === undefined ? undefined : await openCopy(stderrPath, 2),
    }
  } catch (error) {
    const paths = [stdoutPath, stderrPath].filter((path) => path !== undefined).join(' or ')
    return { problem: `cannot append to ${paths}: ${describeError(error)}` }
  }
}
