/** The help pages of `entrypoint [flags] -- command`: common flags on the first, all others on the second. Pure. */
import { formatRows } from '../args/help-rows.ts'
import { OPTIONS, type OptionName } from './options.ts'

interface Group {
  readonly heading: string
  readonly names: readonly OptionName[]
}

const DAILY: readonly Group[] = [
  {
    heading: 'What it waits for, all at once:',
    names: ['wait-file', 'wait-file-content', 'wait-for', 'wait-timeout'],
  },
  {
    heading: 'What it reports to others:',
    names: ['run-dir', 'name', 'post-file', 'started-file', 'ready-file', 'ready-tcp', 'ready-http', 'ready-exec'],
  },
  {
    heading: 'How it runs the command:',
    names: [
      'restart-policy',
      'timeout',
      'retries',
      'on-error',
      'stop-file',
      'stop-signal',
      'hold',
      'exec',
      'help',
      'version',
    ],
  },
]

const RARE: readonly Group[] = [
  {
    heading: 'Waits:',
    names: [
      'wait-file-timeout',
      'wait-file-optional',
      'wait-for-timeout',
      'wait-for-optional',
      'wait-for-absent',
      'kubeconfig',
      'downward-dir',
    ],
  },
  {
    heading: 'Probes and hooks of Kubernetes:',
    names: ['startup-probe', 'ready-probe', 'probe-every', 'post-start', 'live-delay'],
  },
  {
    heading: 'How the command runs, and its output:',
    names: [
      'restart-rule',
      'policy-of',
      'retry-delay',
      'retry-factor',
      'retry-max-delay',
      'retry-jitter',
      'rerun',
      'stdout-path',
      'stderr-path',
      'log-format',
      'quiet',
    ],
  },
]

const TOGETHER: readonly Group[] = [
  { heading: 'Starts anew with what it depends on:', names: ['restart-on', 'restart-after', 'restart-with'] },
  {
    heading: 'Stops, one after another:',
    names: ['stop-after', 'stop-wait', 'stop-alone', 'stop-before', 'stop-kill', 'grace-period'],
  },
]

const DAILY_HEAD = `entrypoint waits for its turn, runs a command, and writes flag files for others.

Usage: entrypoint [flags] -- command [args…]
  entrypoint --wait-file /run/1.ready --post-file /run/2.ready -- app`

const DAILY_FOOT = `D is a duration such as 90s or 1h30m; TARGET: see entrypoint wait --help, and
sidecar/NAME. Exit codes: the command's; 128+n signal n; 1 skipped; 2 usage;
124 timeout; 125 own failure; 126 cannot be executed; 127 not found.
More: entrypoint --help more|together; entrypoint install|probe|wait --help`

const RARE_HEAD = `Usage: entrypoint [flags] -- command [args…]
  entrypoint --retries 5 --retry-delay 2s --stdout-path /logs/app -- app`

const RARE_FOOT = `A flag may be written --wait-file, --wait_file or -wait_file, with a space or =.`

const TOGETHER_HEAD = `How containers of a pod stop and start with each other; inject writes these.

Usage: entrypoint [flags] -- command [args…]
  entrypoint --wait-file /run/db.ready --restart-on /run/db.ready -- app`

/** @param argv with a request for help: `--help`, `--help more`, or `--help together` */
export function formatHelp(argv: readonly string[]): string {
  if (argv.includes('together')) return layOut(TOGETHER_HEAD, TOGETHER, RARE_FOOT)
  return argv.includes('more') ? layOut(RARE_HEAD, RARE, RARE_FOOT) : layOut(DAILY_HEAD, DAILY, DAILY_FOOT)
}

function layOut(head: string, groups: readonly Group[], foot: string): string {
  const sections = groups.map(({ heading, names }) => [heading, ...formatRows(OPTIONS, { names })].join('\n'))
  return `${[head, ...sections, foot].join('\n\n')}\n`
}
