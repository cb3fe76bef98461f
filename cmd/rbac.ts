/** `podorder rbac` on the command line. */
import { CODE_MISUSE } from '../src/base/exit-code.ts'
import { type Command, InvalidArgumentError } from 'commander'
import { isSubdomain } from '../src/base/dns-name.ts'
import { readLabel } from './cluster.ts'
import { addManifestOptions, type GivenManifests, openManifests } from './manifests.ts'
import { KUSTOMIZED } from '../src/cli/kustomized.ts'
import { openTerminal, writeOut } from './terminal.ts'

const EXAMPLES = `
Targets: pod/NAME, job/NAME, service/NAME; KIND/NAMESPACE/NAME; KIND/-lSELECTOR

Examples:
  podorder rbac -f app.yaml | kubectl apply -f -
  podorder rbac job/migrate service/mail -n shop
  podorder rbac pod/-lapp=db --service-account web`

/** Options as commander returns them: a switch that was not given is absent. */
interface Given extends GivenManifests {
  readonly namespace: string
  readonly serviceAccount: string
}

/** @param end takes the exit code */
export function addRbac(program: Command, end: (code: number) => void): void {
  addManifestOptions(
    program
      .command('rbac')
      .description('print the minimal Roles of pods that wait for objects')
      .argument('[targets...]'),
  )
    .option('-n, --namespace <name>', 'namespace of targets and pods that name none', readLabel, 'default')
    .option('--service-account <name>', 'ServiceAccount of pods that name none', readAccount, 'default')
    .helpOption('-h, --help', 'print this page')
    .addHelpText('after', EXAMPLES)
    .action(async (targets: readonly string[], given: Given) => end(await rbac(targets, given)))
}

/** Reads a DNS subdomain, as the API server requires (RFC 1123). */
function readAccount(text: string): string {
  if (isSubdomain(text)) return text
  throw new InvalidArgumentError('Give a name of lower-case letters, digits, - and ., at most 253 of them.')
}

async function rbac(targets: readonly string[], given: Given): Promise<number> {
  const { filename, recursive = false, only, kustomize, template: templates, namespace, serviceAccount } = given
  const paths = [...filename, ...kustomize.map((directory) => KUSTOMIZED + directory)]
  const terminal = { ...openTerminal(), write: writeOut }
  if (targets.length + paths.length === 0) {
    terminal.complain('podorder: nothing to wait for; give targets such as job/migrate, or a manifest with -f FILE')
    return CODE_MISUSE
  }
  const { writeRbac } = await import('../src/rbac/rbac.ts')
  return writeRbac(
    { targets, paths, recursive, only, templates, namespace, serviceAccount },
    {
      ...(await openManifests()),
      terminal,
    },
  )
}
