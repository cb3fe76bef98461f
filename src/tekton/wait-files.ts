/** Waiting in a step: for its predecessor, for the user at a breakpoint, and beside all else for the cancellation. */
import { ENDING_SIGNALS } from '../base/signal.ts'
import type { Look, Wait } from '../flags/judge.ts'
import { refusalOf } from '../flags/layout.ts'
import type { StepOutcome } from './step-outcome.ts'
import { observe } from '../flags/observe.ts'
import type { Events, StepEvent } from './events.ts'
import type { TektonPorts } from './ports.ts'

type Ports = Pick<TektonPorts, 'flags' | 'lifelines' | 'watchPaths' | 'log'>

/** Filled by the downward API from the annotation tekton.dev/cancel. */
const CANCEL_DIR = '/tekton/downward'
const CANCEL_FILE = `${CANCEL_DIR}/cancel`

/** Only its own step may write there (pkg/pod/pod.go mounts it read-only for the others), so its socket is that step's. */
const OWN_RUN_DIR = /^\/tekton\/run\/\d+$/

export type StepGateResult =
  | { readonly kind: 'there' }
  /** `<file>.err` is there, or the wrapper that was to write the file is gone. */
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'died'; readonly message: string }
  | Extract<StepOutcome, { readonly kind: 'cancelled' | 'interrupted' | 'failed' }>

/** @param onWait called once when the file is not there at the first look. */
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

/** A good file wins over `.err` beside it. */
function judge(path: string, content: boolean, { file, problem, refusal, link }: Look): StepGateResult | undefined {
  if (problem !== undefined) return { kind: 'failed', message: `cannot wait for ${path}: ${problem}` }
  if (file === 'present' || (file === 'empty' && !content)) return { kind: 'there' }
  if (refusal !== undefined) return { kind: 'refused', message: `${refusalOf(path)} is there` }
  return link === 'lost'
    ? { kind: 'died', message: `the process that should write ${path} was killed before it could report how it ended` }
    : undefined
}

/** Posts the cancellation once. Without the mount it can never come. */
export function followCancellation(events: Events, ports: Ports): { close(): void } {
  if (ports.flags.look(CANCEL_DIR).file === 'absent') return { close() {} }
  const isCancelled = ([seenNow]: readonly Look[]): true | undefined => (seenNow?.file === 'present' ? true : undefined)
  return observe([plainWait(CANCEL_FILE)], ports, isCancelled, () => events.post('cancel'))
}

/** Liveness sockets, where their directory belongs to one step alone. */
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
