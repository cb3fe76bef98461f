/** Every flag of `entrypoint [flags] -- command`, in the order of the help. Read by plan.ts, `--help` and docs tests. */
import type { FlagTable } from './argv.ts'

export const OPTIONS = {
  'wait-file': { kind: 'list', value: 'PATH', help: 'wait until it exists; PATH.err beside it means it never will' },
  'wait-file-content': { kind: 'switch', help: 'each wait file must have content' },
  'wait-file-timeout': { kind: 'list', value: 'PATH=D', help: 'give up on that wait file after D' },
  'wait-file-optional': { kind: 'list', value: 'PATH', help: 'go on when that wait file cannot come' },
  'wait-timeout': { kind: 'value', value: 'D', help: 'give up on the gate after D (exit 124)' },
  'run-dir': { kind: 'value', value: 'DIR', help: 'publish flags in DIR/NAME' },
  name: { kind: 'value', value: 'NAME', help: 'name of this container in the run directory' },
  'post-file': {
    kind: 'value',
    value: 'PATH',
    help: 'created when the command has completed; PATH.err when it will not',
  },
  'started-file': { kind: 'value', value: 'PATH', help: 'created when the command has been started' },
  'ready-file': { kind: 'value', value: 'PATH', help: 'created when the command is ready' },
  'ready-probe': { kind: 'value', value: 'JSON', help: 'Kubernetes probe that tells when it is ready' },
  'ready-tcp': { kind: 'value', value: 'PORT', help: 'ready when [HOST:]PORT accepts connections' },
  'ready-http': { kind: 'value', value: 'URL', help: 'ready when URL answers 200-399' },
  'restart-policy': { kind: 'value', value: 'P', help: 'the pod’s: Never (default), OnFailure or Always' },
  timeout: { kind: 'value', value: 'D', help: 'stop the command after D (exit 124)' },
  'grace-period': { kind: 'value', value: 'D', help: 'from SIGTERM to SIGKILL when stopping it (default 10s)' },
  retries: { kind: 'value', value: 'N', help: 'run a failing command again up to N times' },
  'retry-delay': { kind: 'value', value: 'D', help: 'before the first retry, doubling after (default 1s)' },
  'retry-max-delay': { kind: 'value', value: 'D', help: 'longest delay between retries (default 5m)' },
  'on-error': { kind: 'value', value: 'HOW', help: 'stopAndFail (default), or continue: count a failure as completed' },
  'stop-file': { kind: 'list', value: 'PATH', help: 'when all are there, stop the command and exit 0' },
  'stop-after': { kind: 'list', value: 'NAME', help: 'forward SIGTERM only after these have stopped' },
  'stop-wait': { kind: 'value', value: 'D', help: '… or D has gone by' },
  hold: { kind: 'switch', help: 'after success stay until told to stop' },
  rerun: { kind: 'switch', help: 'run again although it has completed in this pod' },
  exec: { kind: 'switch', help: 'after the gate become the command; no wrapper stays' },
  'stdout-path': { kind: 'value', value: 'PATH', help: 'append a copy of stdout' },
  'stderr-path': { kind: 'value', value: 'PATH', help: 'append a copy of stderr' },
  'log-format': { kind: 'value', value: 'text|json', help: 'how events are written to stderr' },
  quiet: { kind: 'switch', help: 'write no events, only errors' },
  help: { kind: 'switch', help: 'this page' },
  version: { kind: 'switch', help: 'print the version' },
} as const satisfies FlagTable

export type OptionName = keyof typeof OPTIONS
