/**
 * `entrypoint probe`: the startupProbe of a container that may be waiting. The kubelet runs it every other second in the
 * container until the flag `live` exists. In a container with `restart: true` it also replaces the other probes, which would fail
 * while the command is stopped on purpose.
 */
import { CODE_FAILED, CODE_MISUSE } from '../base/exit-code.ts'
import { describeError } from '../base/system-error.ts'
import { scanArgv, type FlagTable } from '../args/argv.ts'
import { formatRows } from '../args/help-rows.ts'
import type { Files } from '../base/files.ts'
import { flagPathOf, ownDirectoryOf } from '../flags/layout.ts'
import type { Flag } from '../flags/record.ts'

const FLAGS = {
  'run-dir': { kind: 'value', value: 'DIR', help: 'the run directory' },
  name: { kind: 'value', value: 'NAME', help: 'name of the container in it' },
  liveness: { kind: 'value', value: 'JSON', help: 'ask this livenessProbe while the command should run' },
  readiness: { kind: 'value', value: 'JSON', help: 'ask this readinessProbe while the command should run' },
  help: { kind: 'switch', help: 'print this page; -h' },
} as const satisfies FlagTable

interface Ports {
  readonly files: Pick<Files, 'find'>
}

export interface ProbeVerdict {
  readonly code: 0 | 1 | 2
  /** Goes to stdout if not empty: the kubelet shows it in the pod's events. Goes to stderr with code 2. */
  readonly text: string
  /** The container's own probe, which decides; `code` is then ignored. */
  readonly ask?: string
}

/** @param argv the words after `probe` */
export function runProbe(argv: readonly string[], { files }: Ports): ProbeVerdict {
  const scanned = scanArgv(argv, FLAGS)
  if ('problem' in scanned) return { code: CODE_MISUSE, text: scanned.problem }
  if (scanned.values.get('help')?.at(-1) === 'true') return { code: 0, text: formatProbeHelp() }
  const runDir = scanned.values.get('run-dir')?.at(-1)
  const name = scanned.values.get('name')?.at(-1)
  const stray = scanned.words[0] ?? (scanned.rest === undefined ? undefined : '--')
  if (stray !== undefined) return { code: CODE_MISUSE, text: `probe takes flags only, not "${stray}"` }
  if (!runDir || !name) return { code: CODE_MISUSE, text: 'probe needs --run-dir=DIR and --name=NAME' }
  const has = (flag: Flag): boolean => files.find(flagPathOf(runDir, name, flag)) !== undefined
  const [liveness, readiness] = [scanned.values.get('liveness')?.at(-1), scanned.values.get('readiness')?.at(-1)]
  try {
    if (liveness !== undefined) {
      return has('live') ? { code: 0, text: '', ask: liveness } : { code: 0, text: `${name} should not run now` }
    }
    if (readiness !== undefined && has('started') && !has('restarting')) return { code: 0, text: '', ask: readiness }
    if (readiness !== undefined) return { code: CODE_FAILED, text: `${name} waits for what it depends on` }
    if (has('live')) return { code: 0, text: '' }
    if (has('stopped')) return { code: CODE_FAILED, text: `${name} has ended` }
    return {
      code: CODE_FAILED,
      text: has('started') ? `${name} is starting` : `${name} is waiting for its turn to start`,
    }
  } catch (error) {
    return { code: CODE_FAILED, text: `cannot look into ${ownDirectoryOf(runDir, name)}: ${describeError(error)}` }
  }
}

function formatProbeHelp(): string {
  return [
    'entrypoint probe succeeds when the container is live. Until then it prints what',
    'the container does. inject makes it the startupProbe of waiting containers.',
    'With --liveness or --readiness it asks that probe while the command should run.',
    '',
    'Usage: entrypoint probe --run-dir DIR --name NAME',
    '  entrypoint probe --run-dir /podorder/run --name app',
    '',
    'Flags:',
    ...formatRows(FLAGS),
    '',
    'Exit codes: 0 live; 1 not yet; 2 usage.',
  ].join('\n')
}
