/** `podorder rbac` on the command line. */
import type { Command } from 'commander'

/** @param end takes the exit code */
export function addRbac(program: Command, end: (code: number) => void): void {
  program
    .command('rbac')
    .description('print the least Role for waiting')
    .argument('<targets...>', 'pod/NAME, job/NAME, service/NAME; KIND/NAMESPACE/NAME; KIND/-lSELECTOR')
    .option('-n, --namespace <name>', 'of targets that name none, and of the ServiceAccount', 'default')
    .option('--service-account <name>', 'that waits', 'default')
    .helpOption('-h, --help', 'print this page')
    .action(async (targets: readonly string[], given: { namespace: string; serviceAccount: string }) => {
      const { writeRbac } = await import('../src/commands/rbac.ts')
      const { code, text } = writeRbac(targets, given)
      if (code === 0) process.stdout.write(text)
      else process.stderr.write(`podorder: ${text}\n`)
      end(code)
    })
}
