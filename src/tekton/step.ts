/** Runs a step from its start to its end: gate, breakpoint, `when`, command, flags, message. */
import { pause } from '../base/pause.ts'
import { describeError } from '../base/system-error.ts'
import type { TektonPlan } from './tekton-flags.ts'
import { type MessageEntry, ENTRY_TYPE } from './message.ts'
import { describeStep, settleStep, type StepOutcome, type StepSettlement } from './step-outcome.ts'
import { refusalOf } from '../flags/layout.ts'
import { runCommand } from './command.ts'
import { createEvents } from './events.ts'
import { decideWhen, prepareStep } from './step-inputs.ts'
import type { RawTexts, TektonPorts } from './ports.ts'
import { collectFindings, openReport } from './report.ts'
import { followCancellation, type StepGateResult, restrictLifelines, waitForFile } from './wait-files.ts'

const CODE_FAILED = 1
/** How long the answer at a breakpoint may be empty, and the interval of looks at it, in ms. */
const ANSWER_MS = 1000
const LOOK_MS = 20

/** Runs the step. @param program the words before the arguments of this process's command line @returns the exit code */
export async function runStep(plan: TektonPlan, program: readonly string[], given: TektonPorts): Promise<number> {
  const ports = { ...given, lifelines: restrictLifelines(given.lifelines) }
  const { files, flags, log } = ports
  const { postFile, metadataDir } = plan
  const events = createEvents()
  ports.signals.listen((signal) => events.post(signal))

  try {
    for (const name of ['results', 'artifacts'])
      if (metadataDir !== undefined) files.makeDirectory(`${metadataDir}/${name}`)
  } catch (error) {
    tell(`cannot use ${metadataDir}: ${describeError(error)}`)
    return CODE_FAILED
  }
  if (postFile !== undefined) await serveLifeline(postFile.slice(0, postFile.lastIndexOf('/')))
  let cancellation: { close(): void } | undefined
  const followCancel = (): void => void (cancellation ??= followCancellation(events, ports))
  /** The time after the waits, which the controller shows as the start of the step. */
  let startedAt: Date | undefined
  const outcome = await live().catch((error: unknown): StepOutcome => ({
    kind: 'failed',
    message: `unexpected: ${describeError(error)}`,
  }))
  const code = await conclude(outcome)
  cancellation?.close()
  return code

  async function live(): Promise<StepOutcome> {
    for (const path of plan.waits) {
      const gateResult = await waitFor(path, plan.waitContent)
      // With a breakpoint the user decides about the failed step, and the later steps continue.
      const waived = plan.breakpointOnFailure && gateResult.kind === 'refused'
      if (gateResult.kind !== 'there' && !waived) return outcomeOf(gateResult)
    }
    if (plan.debugBeforeStep && postFile !== undefined) {
      tell(`before the step: go on by ${postFile}.beforestepexit, fail by ${postFile}.beforestepexit.err`)
      const gateResult = await waitFor(`${postFile}.beforestepexit`, false)
      if (gateResult.kind === 'refused') return { kind: 'failed', message: 'failed by the user, before the step' }
      if (gateResult.kind !== 'there') return outcomeOf(gateResult)
    }
    startedAt = ports.now()
    if ((plan.timeoutMs ?? 0) < 0) return { kind: 'unstartable', message: 'negative timeout specified' }
    const argv: RawTexts = [...program.map((word) => new TextEncoder().encode(word)), ...ports.readWords(plan.words)]
    const { faults, when, ...command } = await prepareStep({ argv, env: ports.readEnvironment() }, plan.when, ports)
    for (const fault of faults) tell(`warning: ${fault}; the command runs with the text as it stands`)
    const allowed = await decideWhen(when, ports)
    if ('problem' in allowed) return { kind: 'unstartable', message: allowed.problem }
    return allowed.value ? runCommand(command, plan, events, followCancel, ports) : { kind: 'unneeded' }
  }

  async function waitFor(path: string, content: boolean): Promise<StepGateResult> {
    const gateResult = await waitForFile(path, content, events, followCancel, ports)
    // With a breakpoint the later steps do not fail when the step at the breakpoint dies.
    return gateResult.kind === 'died' && plan.breakpointOnFailure ? { ...gateResult, kind: 'refused' } : gateResult
  }

  async function conclude(outcome: StepOutcome): Promise<number> {
    const message = describeStep(outcome)
    if (message !== undefined) tell(message)
    const started = internal('StartedAt', (startedAt ?? ports.now()).toISOString())
    const { settlement, text } = await buildMessage(outcome, started)
    const told = [
      publishFlags(settlement),
      text !== undefined && attempt(plan.terminationPath, () => files.write(plan.terminationPath, text)),
    ]
    if (told.includes(false)) return settlement.exitCode === 0 ? CODE_FAILED : settlement.exitCode
    return settlement.flag === 'undecided' ? askUser() : settlement.exitCode
  }

  /** Builds the message before any flag is written, since a success whose message cannot be written is a failure. */
  async function buildMessage(
    outcome: StepOutcome,
    started: MessageEntry,
  ): Promise<{ readonly settlement: StepSettlement; readonly text: string | undefined }> {
    const settlement = settleStep(outcome, plan)
    const fail = (problem: string): StepSettlement => {
      tell(problem)
      return settlement.flag === 'success' ? settleStep({ kind: 'failed', message: problem }, plan) : settlement
    }
    try {
      const report = await openReport(plan, ports)
      const findings = settlement.results ? collectFindings(plan, ports) : { results: [], artifacts: [] }
      const whole =
        'problem' in findings
          ? findings
          : report.compose([...findings.results, started, ...settlement.entries, ...findings.artifacts])
      if ('text' in whole) return { settlement, text: whole.text }
      const left = fail(whole.problem)
      const rest = report.compose([started, ...left.entries])
      return { settlement: left, text: 'text' in rest ? rest.text : undefined }
    } catch (error) {
      return { settlement: fail(`cannot read ${plan.terminationPath}: ${describeError(error)}`), text: undefined }
    }
  }

  function publishFlags({ flag, exitCodeFile }: StepSettlement): boolean {
    const path = flag === 'undecided' ? undefined : flag === 'success' ? postFile : postFile && refusalOf(postFile)
    const code = metadataDir === undefined ? undefined : exitCodeFile
    return [
      code === undefined || attempt(`${metadataDir}/exitCode`, () => flags.publish(`${metadataDir}/exitCode`, code)),
      path === undefined || attempt(path, () => flags.publish(path, '')),
    ].every(Boolean)
  }

  /** Waits for the user's decision at a breakpoint. The scripts of /tekton/debug/scripts also write the post file. */
  async function askUser(): Promise<number> {
    if (postFile === undefined) return CODE_FAILED
    const path = `${postFile}.breakpointexit`
    tell(`the step has failed; its container stays until ${path} gives the exit code to continue with`)
    const gateResult = await waitFor(path, false)
    if (gateResult.kind === 'cancelled' || gateResult.kind === 'interrupted') {
      const settlement = settleStep(gateResult, plan)
      publishFlags(settlement)
      return settlement.exitCode
    }
    const text = (await readAnswer(path)).replace(/\n$/, '')
    return /^[+-]?\d+$/.test(text) ? Number(BigInt.asUintN(8, BigInt(text.replace('+', '')))) : 0
  }

  /** Reads the answer. Waits while the file is still empty; Tekton would read it as 0. */
  async function readAnswer(path: string): Promise<string> {
    for (let waitedMs = 0; waitedMs < ANSWER_MS; waitedMs += LOOK_MS) {
      const text = flags.read(path) ?? ''
      if (text !== '') return text
      await pause(LOOK_MS)
    }
    return flags.read(path) ?? ''
  }

  async function serveLifeline(dir: string): Promise<void> {
    try {
      await ports.lifelines.serve(dir)
    } catch (error) {
      // Flags still work. Only the end of a wrapper by SIGKILL is not noticed.
      log({ event: 'warning', message: `cannot listen in ${dir}: ${describeError(error)}` })
    }
  }

  function attempt(path: string, write: () => void): boolean {
    try {
      write()
      return true
    } catch (error) {
      tell(`cannot write ${path}: ${describeError(error)}`)
      return false
    }
  }

  function tell(message: string): void {
    log({ event: 'error', message })
  }
}

function outcomeOf(gateResult: Exclude<StepGateResult, { readonly kind: 'there' }>): StepOutcome {
  if (gateResult.kind === 'refused' || gateResult.kind === 'died')
    return { kind: 'skipped', message: gateResult.message }
  // Only the running step reports Cancelled. In Tekton, waiting steps see its `.err`.
  if (gateResult.kind === 'cancelled') return { kind: 'skipped', message: 'the task was cancelled' }
  // With a breakpoint `unstartable` leaves the decision to the user, and no post file is written.
  if (gateResult.kind === 'failed') return { kind: 'unstartable', message: gateResult.message }
  return gateResult
}

function internal(key: string, value: string): MessageEntry {
  return { key, value, type: ENTRY_TYPE.internal }
}
