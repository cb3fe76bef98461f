/** The waits of a step: for its predecessor, for the user at a breakpoint, and at any time for the cancellation. */
import { ENDING_SIGNALS } from '../base/signal.ts'
import type { Look, Wait } from '../flags/judge.ts'
import { refusalOf } from '../flags/layout.ts'
import type { StepOutcome } from './step-outcome.ts'
import { observe } from '../flags/observe.ts'
import type { Events, StepEvent } from './events.ts'
import type { TektonPorts } from './ports.ts'

type Ports = Pick<TektonPorts, 'flags' | 'lifelines' | 'watchPaths' | 'log'>

/** The directory of the downward volume, whose file `cancel` has the value of the annotation tekton.dev/cancel. */
const CANCEL_DIR = '/tekton/downward'
const CANCEL_FILE = `${CANCEL_DIR}/cancel`

/** The run directory of a step. Tekton mounts it read-only in the other steps (pkg/pod/pod.go), so its socket belongs to the step. */
const OWN_RUN_DIR = /^\/tekton\/run\/\d+$/

export type StepGateResult =
  | { readonly kind: 'there' }
  /** `<file>.err` exists (`refused`), or the wrapper that should write the file has ended without it (`died`). */
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'died'; readonly message: string }
  | Extract<StepOutcome, { readonly kind: 'cancelled' | 'interrupted' | 'failed' }>

/** Waits for a file. @param onWait called once when the file does not exist at the first look */
export function waitForFile(
  path: string,
  content: boolean,
  events: Events,
  onWait: () => void,
  ports: Ports,
): Promise<StepGateResult> {
  const { promise, resolve } = Promise.withResolvers<StepGateResult>()
  const others: StepEvent[] = []
  let observation: { close(): void } | undefined
  let ended = false
  const end = (gateResult: StepGateResult): void => {
    if (ended) return
    ended = true
    observation?.close()
    events.keep(others)
    resolve(gateResult)
  }
  events.listen((event) => {
    if (event === 'cancel') end({ kind: 'cancelled' })
    else if (ENDING_SIGNALS.has(event)) end({ kind: 'interrupted', signal: event })
    else others.push(event)
  })
  if (ended) return promise
  observation = observe([plainWait(path)], ports, ([seenNow]) => judge(path, content, seenNow as Look), end)
  if (ended) return promise
  onWait()
  return promise
}

/** Judges a look at the file. The file itself takes precedence over `.err`. */
function judge(path: string, content: boolean, { file, problem, refusal, link }: Look): StepGateResult | undefined {
  if (problem !== undefined) return { kind: 'failed', message: `cannot wait for ${path}: ${problem}` }
  if (file === 'present' || (file === 'empty' && !content)) return { kind: 'there' }
  if (refusal !== undefined) return { kind: 'refused', message: `${refusalOf(path)} is there` }
  return link === 'lost'
    ? { kind: 'died', message: `the process that should write ${path} was killed before it could report how it ended` }
    : undefined
}

/** Posts the cancellation, once. Does nothing without the downward volume, since then no cancellation can arrive. */
export function followCancellation(events: Events, ports: Ports): { close(): void } {
  if (ports.flags.look(CANCEL_DIR).file === 'absent') return { close() {} }
  const isCancelled = ([seenNow]: readonly Look[]): true | undefined => (seenNow?.file === 'present' ? true : undefined)
  return observe([plainWait(CANCEL_FILE)], ports, isCancelled, () => events.post('cancel'))
}

/** Restricts liveness sockets to directories that belong to a single step. */
export function restrictLifelines(lifelines: Ports['lifelines']): Ports['lifelines'] {
  return {
    serve: async (dir) => (OWN_RUN_DIR.test(dir) ? lifelines.serve(dir) : undefined),
    hold: (dir, onChange) =>
      OWN_RUN_DIR.test(dir) ? lifelines.hold(dir, onChange) : { state: () => 'none', close() {} },
  }
}

function plainWait(path: string): Wait {
  return { path, label: path, timeoutMs: undefined, optional: false }
}
