/** `podorder rbac` on the command line. */
import type { Command } from 'commander'
import { openTerminal } from './terminal.ts'

const EXAMPLES = `
Targets: pod/NAME, job/NAME, service/NAME; KIND/NAMESPACE/NAME; KIND/-lSELECTOR

Examples:
  podorder rbac job/migrate service/mail -n shop | kubectl apply -f -
  podorder rbac pod/-lapp=db --service-account web`

/** @param end takes the exit code */
export function addRbac(program: Command, end: (code: number) => void): void {
  program
    .command('rbac')
    .description('print the least Role that lets a pod wait for these')
    .argument('<targets...>')
    .option('-n, --namespace <name>', 'of targets that name none, and of the ServiceAccount', 'default')
    .option('--service-account <name>', 'that waits', 'default')
    .helpOption('-h, --help', 'print this page')
    .addHelpText('after', EXAMPLES)
    .action(async (targets: readonly string[], given: { namespace: string; serviceAccount: string }) => {
      const { writeRbac } = await import('../src/commands/rbac.ts')
      const { code, text } = writeRbac(targets, given)
      const terminal = openTerminal()
      if (code === 0) await terminal.write(text)
      else terminal.complain(`podorder: ${text}`)
      end(code)
    })
}
