/** Every flag of `entrypoint wait`, in the order of its help, and the help. Pure. */
import type { FlagTable } from '../args/argv.ts'
import { formatRows } from '../args/help-rows.ts'

export const WAIT_OPTIONS = {
  selector: { kind: 'list', value: 'SELECTOR', help: 'label selector instead of a name; -l' },
  namespace: { kind: 'value', value: 'NAME', help: 'namespace of targets that name none; -n' },
  'absent-job': { kind: 'value', value: 'HOW', help: 'meaning of a missing Job: waiting (default) or completed' },
  timeout: { kind: 'value', value: 'D', help: 'give up after D, such as 5m (exit 124; default never)' },
  period: { kind: 'value', value: 'D', help: 'time between checks by http, tcp, exec (default 1s, or WAIT_TIME)' },
  http: { kind: 'list', value: 'URL', help: 'wait until it answers 200-399' },
  tcp: { kind: 'list', value: 'HOST:PORT', help: 'wait until it accepts connections' },
  exec: { kind: 'list', value: 'COMMAND', help: 'until it exits with 0; words, or a JSON list' },
  file: { kind: 'list', value: 'PATH', help: 'wait until it exists' },
  kubeconfig: { kind: 'value', value: 'FILE', help: "default: KUBECONFIG, or the pod's ServiceAccount" },
  context: { kind: 'value', value: 'NAME', help: 'context of the kubeconfig' },
  'all-namespaces': { kind: 'switch', help: 'refused: name the namespace with -n' },
  'log-format': { kind: 'value', value: 'text|json', help: 'format of the lines on stderr (default text)' },
  quiet: { kind: 'switch', help: 'print errors only' },
  help: { kind: 'switch', help: 'print this page; -h' },
} as const satisfies FlagTable

export type WaitOption = keyof typeof WAIT_OPTIONS

const HEAD = `entrypoint wait waits until all targets hold at the same time.

Usage: entrypoint wait [flags] TARGET…
  entrypoint wait job/migrate service/mail tcp://broker:5672 --timeout 5m

Targets:
  pod/NAME, job/NAME, service/NAME         ready; completed; one endpoint ready
  KIND/NAMESPACE/NAME, KIND/-lSELECTOR
  tcp://HOST:PORT, http(s)://…, exec:COMMAND, file:PATH

The words of k8s-wait-for, with NAME or -lSELECTOR behind them:
  pod, pod-we, pod-wr  ready or completed; -we: or failed; -wr: one is enough
  job, job-we, job-wr  completed; -we: or failed; -wr: one pod succeeded, none
                       is active
  service              every endpoint ready, and at least one`

const FOOT = `Exit codes: 0 all hold; 1 one can never hold; 2 usage; 124 timed out; 125 it
cannot be found out; 128+n signal n.`

export function formatWaitHelp(): string {
  return `${HEAD}\n\nFlags:\n${formatRows(WAIT_OPTIONS).join('\n')}\n\n${FOOT}\n`
}
