/** The help page of the entrypoint. */
import { OPTIONS } from './options.ts'

/** The page that `entrypoint --help` prints; fits a screen of 80 columns but for its longest lines. */
export function formatHelp(): string {
  const rows = Object.entries(OPTIONS).map(([name, spec]) => {
    const value = 'value' in spec ? ` ${spec.value}` : ''
    const repeat = spec.kind === 'list' ? ' …' : ''
    return `  ${`--${name}${value}${repeat}`.padEnd(28)} ${spec.help}`
  })
  return [
    'entrypoint waits for flag files, runs a command, and writes its own flag files.',
    '',
    'usage: entrypoint [flags] -- command [args…]',
    'e.g.   entrypoint --wait-file /var/run/step-1.ready --post-file /var/run/step-2.ready -- app',
    '',
    ...rows,
    '',
    'D is a duration such as 90s or 1h30m. --wait-file may be written --wait_file or -wait_file, with a blank or =.',
    'TARGET is pod/NAME, job/NAME or service/NAME, also KIND/NAMESPACE/NAME and KIND/-lSELECTOR; tcp://HOST:PORT;',
    'http(s)://…; or sidecar/NAME, a container of this pod that podorder does not wrap.',
    'Exit codes: the command’s own; 128+n killed by signal n; 1 skipped; 2 usage; 124 timed out;',
    '125 own failure; 126 cannot be executed; 127 not found.',
    'entrypoint install copies the executable into a volume: entrypoint install --help.',
    'entrypoint probe --run-dir=DIR --name=NAME succeeds once that container is live: for its startupProbe.',
    '',
  ].join('\n')
}
