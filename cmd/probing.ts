/** Measures a container's readiness and runs its hook: loaded only if there is a probe or a hook. */
import { createProber } from '../src/probe/prober.io.ts'
import type { EntrypointPorts } from '../src/entrypoint/ports.ts'
import { performHook } from '../src/entrypoint/hook-run.ts'
import { measureReadiness } from '../src/probe/measure.ts'
import type { Plan } from '../src/entrypoint/plan.ts'
import type { ReadinessFlag } from '../src/entrypoint/readiness-flag.ts'
import type { Library } from '../src/base/libc.io.ts'
import type { Child } from '../src/child/child.ts'
import { hideStreams } from '../src/child/hidden-streams.io.ts'
import { type HookCheck, hookFromFlag } from '../src/probe/hook.ts'
import { probeFromFlag } from '../src/probe/probe-flag.ts'
import type { Probe } from '../src/probe/probe.ts'

export type Probing = Partial<Pick<EntrypointPorts, 'measure' | 'postStart'>>

/**
 * Must be called last before the command starts: if a probe or hook runs a command, the standard streams are not usable
 * afterwards.
 * @param library undefined on Node
 * @returns the parts that the plan asks for, or one sentence on a fault of a flag
 */
export function openProbing(
  { readiness, probeEveryMs, postStart }: Plan,
  child: Child,
  library: Library | undefined,
): Probing | string {
  const measure = readiness === undefined ? NOTHING : openMeasure(readiness, probeEveryMs, child)
  if (typeof measure === 'string') return measure
  const hook = postStart === undefined ? NOTHING : openHook(postStart, child)
  if (typeof hook === 'string') return hook
  if (measure.runs || hook.runs) hideStreams(library)
  return { ...measure.probing, ...hook.probing }
}

interface Opened {
  readonly probing: Probing
  /** Whether it runs a command. */
  readonly runs: boolean
}

const NOTHING: Opened = { probing: {}, runs: false }

function openMeasure({ flag, text }: ReadinessFlag, everyMs: number | undefined, child: Child): Opened | string {
  const parsed = probeFromFlag(flag, text)
  if ('problem' in parsed) return parsed.problem
  const role = flag === 'startup-probe' ? 'startup' : 'readiness'
  const prober = createProber()
  const probe = shareReaping(child, (what: Probe, signal) => prober.probe(what, signal))
  const ports = { prober: { probe }, clock: () => performance.now() }
  const measure: Probing['measure'] = (tell) => measureReadiness(parsed.probe, role, everyMs, ports, tell)
  return { probing: { measure }, runs: parsed.probe.check.kind === 'exec' }
}

function openHook(text: string, child: Child): Opened | string {
  const parsed = hookFromFlag('--post-start', text)
  if ('problem' in parsed) return parsed.problem
  const prober = createProber()
  const perform = shareReaping(child, (what: HookCheck, signal) => prober.perform(what, signal))
  const postStart = () => performHook(parsed.hook, { prober: { perform } })
  return { probing: { postStart }, runs: 'check' in parsed.hook && parsed.hook.check.kind === 'exec' }
}

/** During an act the prober waits for its own processes. */
function shareReaping<What, Result>(
  child: Child,
  act: (what: What, signal: AbortSignal) => Promise<Result>,
): (what: What, signal: AbortSignal) => Promise<Result> {
  return async (what, signal) => {
    child.shareReaping(true)
    try {
      return await act(what, signal)
    } finally {
      child.shareReaping(false)
      tidy()
    }
  }
}

const ACTS_UNTIL_TIDY = 32
let acts = 0

/** Collects garbage: the engine has no timer for it (scripts/engine-patches.ts), and garbage of probes would grow to several MiB. */
function tidy(): void {
  if (++acts % ACTS_UNTIL_TIDY !== 0) return
  const { Bun: bun } = globalThis as { Bun?: { gc(force: boolean): void } }
  bun?.gc(true)
}
