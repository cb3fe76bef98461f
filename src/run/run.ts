/** `podorder run POD.yaml`: runs a pod's containers on this machine, in the order they need. */
import { CODE_FAILED, CODE_MISUSE, CODE_SIGNAL } from '../base/exit-code.ts'
import { ENDING_SIGNALS } from '../base/signal.ts'
import { describeError } from '../base/system-error.ts'
import type { TemplateKind } from '../manifest/template-kinds.ts'
import type { PictureFormat } from '../picture/format.ts'
import { sortFaults } from '../manifest/tree.ts'
import { DEFAULT_IMAGE } from '../pod/own.ts'
import { findUnsuitable } from './suitability.ts'
import type { History } from '../history/history.ts'
import { writeOutput } from '../cli/output.ts'
import { keepDownward } from './downward.ts'
import { type LoadedPod, loadPod } from './load.ts'
import type { Selection } from './selection.ts'
import { refuseTaken } from './named-ports.ts'
import type { BackOffPace } from './crash-back-off.ts'
import { runPod } from './run-pod.ts'
import { preparePodman } from './podman.ts'
import type { RunPorts } from './ports.ts'
import type { PodPlan } from './prepare.ts'
import { createPrinter } from './printer.ts'
import { prepareProcesses } from './processes.ts'
import type { Runtime } from './runtime.ts'
import { drawPicture } from '../timeline/timeline-picture.ts'

/** The runtimes, each with the check for features that it does not support. podman reports such features itself. */
const RUNTIMES = {
  process: { prepare: prepareProcesses, findUnsuitable },
  podman: { prepare: preparePodman, findUnsuitable: () => [] },
}

export interface RunOptions {
  readonly runtime: keyof typeof RUNTIMES
  /** The name of podorder's own image, for runtimes that use images. The default is `localhost/podorder` of this version. */
  readonly image: string | undefined
  /** Files and directories; `-` is stdin. */
  readonly manifests: readonly string[]
  /** Whether subdirectories are read too. */
  readonly recursive: boolean
  /** `KIND/NAME` of the pod or workload to run; undefined: the first one. */
  readonly only: string | undefined
  readonly templates: readonly TemplateKind[]
  readonly selection: Selection
  /** Files with variables for all containers. */
  readonly envFiles: readonly string[]
  readonly backOff: BackOffPace
  readonly json: boolean
  readonly quiet: boolean
  readonly output: boolean
  /** The file for the timeline after the run. */
  readonly timeline: { readonly path: string; readonly format: PictureFormat } | undefined
}

const SIGPIPE = 13
/**
 * SIGTSTP, SIGTTIN and SIGTTOU, by which the terminal stops the runner. The containers continue, since they have their own sessions.
 */
const PAUSING: ReadonlySet<number> = new Set([20, 21, 22])

/** Runs the pod of a manifest. It never leaves processes or temporary files behind. @returns the exit code */
export async function runManifest(options: RunOptions, ports: RunPorts): Promise<number> {
  const { terminal, disk } = ports
  const { manifests: paths, recursive, only, templates, selection, envFiles, backOff, image = DEFAULT_IMAGE } = options
  const { prepare, findUnsuitable: find } = RUNTIMES[options.runtime]
  const interruption = takeInterruptions(ports)
  const { timeline } = options
  // Without this check the fault would appear only after the run.
  if (timeline !== undefined && !disk.exists(disk.directoryOf(timeline.path))) {
    return refuse([`podorder: --timeline ${timeline.path}: its directory does not exist; make it first`], ports)
  }
  const pod = await loadPod({ paths, recursive, only, templates, selection, envFiles, findUnsuitable: find }, ports)
  if ('faults' in pod) return refuse(pod.faults, ports)
  const taken = options.runtime === 'process' ? await findTaken(pod, ports) : []
  if (taken.length > 0) return refuse(taken, ports)
  for (const warning of pod.warnings) terminal.complain(`podorder: warning: ${warning}`)

  let workspace: string
  try {
    workspace = await disk.makeWorkspace()
  } catch (error) {
    return refuse([`podorder: cannot make a temporary directory: ${describeError(error)}; set TMPDIR to one`], ports)
  }
  let runtime: Runtime | undefined
  try {
    const cancelling = new AbortController()
    interruption.listen(() => cancelling.abort())
    const plan = await prepare(pod, { workspace, backOff, image, cancel: cancelling.signal }, ports)
    if ('runtime' in plan) ({ runtime } = plan)
    if (interruption.exitCode !== undefined) return interruption.exitCode
    if ('faults' in plan) return refuse(plan.faults, ports)
    const { exitCode, history } = await runAndPrint(plan, options, interruption, ports)
    const drawn = await writePicture(history, options, ports)
    if (exitCode !== 0) return exitCode
    return interruption.unwritten ? CODE_FAILED : drawn
  } finally {
    await runtime?.close()
    await disk.removeWorkspace(workspace)
  }
}

async function runAndPrint(
  plan: PodPlan,
  options: RunOptions,
  interruption: Interruption,
  ports: RunPorts,
): Promise<{ readonly exitCode: number; readonly history: History }> {
  const containers = plan.members.map(({ name }) => name)
  const printer = createPrinter({ ...options, containers }, ports)
  const downward = keepDownward(plan, ports, printer.print)
  const { report } = downward
  try {
    const verdict = await runPod(plan, interruption.listen, ports, report)
    const { phase, reason } = verdict
    const exitCode = (reason === 'Interrupted' ? interruption.exitCode : undefined) ?? verdict.exitCode
    void report({ event: 'pod', atMs: ports.now(), phase, ...(reason === undefined ? {} : { reason }), exitCode })
    return { exitCode, history: printer.history() }
  } finally {
    await downward.settle()
    await printer.close()
  }
}

/** Finds ports that are taken. All processes share this machine's network, so another program's response would count as `ready`. */
async function findTaken({ say, namedPorts }: LoadedPod, { findPortOwners }: RunPorts): Promise<readonly string[]> {
  const owners = await findPortOwners([...new Set(namedPorts.map(({ port }) => port))])
  return sortFaults(refuseTaken(namedPorts, owners)).map(say)
}

/** Writes the timeline, if it is asked for. @returns the exit code */
async function writePicture(history: History, { timeline }: RunOptions, ports: RunPorts): Promise<number> {
  if (timeline === undefined) return 0
  return writeOutput(await drawPicture(timeline.format, history), timeline.path, ports)
}

function refuse(faults: readonly string[], { terminal }: RunPorts): number {
  for (const fault of faults) terminal.complain(fault)
  return CODE_MISUSE
}

interface Interruption {
  /** The exit code for the first interrupt; undefined before it. */
  readonly exitCode: number | undefined
  /** Whether a write to stdout failed for another reason than a closed pipe. */
  readonly unwritten: boolean
  /** Passes all further interrupts to a callback, and one that has happened already. */
  readonly listen: (interrupt: () => void) => void
}

function takeInterruptions({ signals, terminal, suspend }: RunPorts): Interruption {
  let first: number | undefined
  let unwritten = false
  let tell = (): void => {}
  const interrupt = (exitCode: number): void => {
    first ??= exitCode
    tell()
  }
  signals.listen((signal) => {
    if (ENDING_SIGNALS.has(signal)) interrupt(CODE_SIGNAL + signal)
    else if (PAUSING.has(signal)) suspend()
  })
  // The output is lost from now on, for example after `head` has ended, or when a disk is full. The pod is stopped in order.
  terminal.onClosed((error) => {
    unwritten = error !== undefined
    if (unwritten) terminal.complain(`podorder: stdout: ${describeError(error)}`)
    if (first === undefined) interrupt(unwritten ? CODE_FAILED : CODE_SIGNAL + SIGPIPE)
  })
  return {
    get exitCode() {
      return first
    },
    get unwritten() {
      return unwritten
    },
    listen(interrupt) {
      tell = interrupt
      if (first !== undefined) interrupt()
    },
  }
}
