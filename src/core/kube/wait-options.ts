/** Every flag of `entrypoint wait`, in the order of its help, and the help. Pure. */
import type { FlagTable } from '../argv.ts'

export const WAIT_OPTIONS = {
  selector: { kind: 'list', value: 'SELECTOR', help: 'of pod, job or service, instead of a name; short: -l' },
  namespace: { kind: 'value', value: 'NAME', help: 'where targets are that do not say it themselves; short: -n' },
  timeout: { kind: 'value', value: 'D', help: 'give up after D, such as 5m (exit 124)' },
  period: { kind: 'value', value: 'D', help: 'pause between two checks by http, tcp or exec (1s, or WAIT_TIME)' },
  http: { kind: 'list', value: 'URL', help: 'wait until it answers with a status from 200 to 399' },
  tcp: { kind: 'list', value: 'HOST:PORT', help: 'wait until it accepts connections' },
  exec: {
    kind: 'list',
    value: 'COMMAND',
    help: 'wait until it exits with 0; split at blanks, or a JSON list of words',
  },
  file: { kind: 'list', value: 'PATH', help: 'wait until it exists' },
  kubeconfig: { kind: 'value', value: 'FILE', help: 'instead of KUBECONFIG or the ServiceAccount of the pod' },
  context: { kind: 'value', value: 'NAME', help: 'of the kubeconfig' },
  'all-namespaces': { kind: 'switch', help: 'refused: name the namespace with -n' },
  'log-format': { kind: 'value', value: 'text|json', help: 'of the lines on stderr' },
  quiet: { kind: 'switch', help: 'say errors only' },
  help: { kind: 'switch', help: 'print this page; short: -h' },
} as const satisfies FlagTable

export type WaitOption = keyof typeof WAIT_OPTIONS

const HEAD = `entrypoint wait [flags] TARGET…              all of them must hold at the same time
entrypoint pod|pod-we|pod-wr NAME|-lSELECTOR  ready, or completed; -we: or failed; -wr: one is enough
entrypoint job|job-we|job-wr NAME|-lSELECTOR  completed; -we: or failed; -wr: one pod succeeded, none active
entrypoint service NAME|-lSELECTOR            every endpoint ready, and at least one

Targets: pod/NAME, job/NAME, service/NAME (one endpoint ready), each also KIND/NAMESPACE/NAME and KIND/-lSELECTOR;
         tcp://HOST:PORT, http(s)://…, exec:COMMAND, file:PATH

Exit codes: 0 all hold; 1 one can never hold; 2 misuse; 124 timed out; 125 it cannot be found out; 128+n signal n
`

export function formatWaitHelp(): string {
  const rows = Object.entries(WAIT_OPTIONS).map(([name, spec]) => {
    const value = 'value' in spec ? ` ${spec.value}` : ''
    return `  ${`--${name}${value}`.padEnd(24)} ${spec.help}`
  })
  return `${HEAD}\nFlags:\n${rows.join('\n')}\n`
}
