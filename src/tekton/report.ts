/** The report of a step at its end: its results, artifacts and outcome, in the termination message. */
import { codeOf, describeError } from '../base/system-error.ts'
import type { TektonPlan } from './tekton-flags.ts'
import { type MessageEntry, ENTRY_TYPE, isPacked, type Packing, readMessage, writeMessage } from './message.ts'
import { readPlainText } from './plain-file.ts'
import type { TektonPorts } from './ports.ts'

type Ports = Pick<TektonPorts, 'files' | 'openPacking'>

const RESULTS_DIR = '/tekton/results'
const TASK_ARTIFACTS = '/tekton/artifacts/provenance.json'

export interface Findings {
  readonly results: readonly MessageEntry[]
  readonly artifacts: readonly MessageEntry[]
}

/** Collects results and artifacts. A missing file is no error, since a step need not write all its results. */
export function collectFindings(plan: TektonPlan, { files }: Ports): Findings | { readonly problem: string } {
  if (!plan.resultsInMessage) return { results: [], artifacts: [] }
  const { metadataDir } = plan
  let problem: string | undefined
  const take = (path: string, key: string, type: number): readonly MessageEntry[] => {
    try {
      return [{ key, value: readPlainText(path, files), type }]
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') problem ??= `cannot read ${path}: ${describeError(error)}`
      return []
    }
  }
  const own = (name: string, type: number) =>
    metadataDir === undefined ? [] : take(`${metadataDir}/${name}`, name, type)
  const results = [
    ...plan.results.flatMap((name) => take(`${RESULTS_DIR}/${name}`, name, ENTRY_TYPE.taskResult)),
    ...plan.stepResults.flatMap((name) =>
      own(`results/${name}`, ENTRY_TYPE.stepResult).map((entry) => ({ ...entry, key: name })),
    ),
  ]
  const artifacts = [
    ...own('artifacts/provenance.json', ENTRY_TYPE.stepArtifact).map((entry) => ({
      ...entry,
      key: `${metadataDir}/${entry.key}`,
    })),
    ...take(TASK_ARTIFACTS, TASK_ARTIFACTS, ENTRY_TYPE.taskArtifact),
  ]
  return problem === undefined ? { results, artifacts } : { problem }
}

export interface StepReport {
  /** Builds the message, or returns the problem that it is too long. */
  compose(entries: readonly MessageEntry[]): { readonly text: string } | { readonly problem: string }
  /** Writes the message in place. The file cannot be replaced, since the kubelet mounts it. @throws the system's error */
  write(text: string): void
}

/** Opens the report. The entries of an existing valid message are kept. @throws the system's error when it cannot be read */
export async function openReport(
  plan: Pick<TektonPlan, 'terminationPath' | 'compress'>,
  { files, openPacking }: Ports,
): Promise<StepReport> {
  const { terminationPath: path, compress } = plan
  const text = readIfThere()
  const packing: Packing | undefined = compress || isPacked(text) ? await openPacking() : undefined
  const existing = readMessage(text, packing) ?? []
  return {
    compose: (entries) => writeMessage([...existing, ...entries], compress ? packing : undefined),
    write: (message) => files.write(path, message),
  }

  function readIfThere(): string {
    try {
      return readPlainText(path, files)
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error
      return ''
    }
  }
}
