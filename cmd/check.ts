/** `podorder check` on the command line. */
import { CODE_MISUSE } from '../src/base/exit-code.ts'
import { type Command, Option } from 'commander'
import type { Format } from '../src/check/check.ts'
import { addClusterOptions, type GivenCluster, takeInterrupt } from './cluster.ts'
import { connect } from './connection.ts'
import { addLookupOptions, CALL_TIMEOUT_MS, type GivenLookup, openCachedLookup } from './image-lookup.ts'
import { addManifests, type GivenManifests, openManifests, readManifests } from './manifests.ts'
import { addRewriteOptions, addRoot, type GivenRewrite, readRewrite } from './rewrite-options.ts'
import { openTerminal, writeOut } from './terminal.ts'

const FORMATS: readonly Format[] = ['text', 'json', 'sarif']

const EXAMPLES = `
Exit code: 0 nothing is wrong, 1 there are errors, 2 it could not be looked at.

Examples:
  podorder check -f app.yaml
  helm template . | podorder check --strict -
  podorder check -R manifests/ --offline --format sarif > check.sarif
  podorder check -n prod                    what is running there`

/** Options as commander returns them: a switch that was not given is absent. */
interface Given extends GivenManifests, GivenLookup, GivenRewrite, GivenCluster {
  readonly format: Format
  readonly strict?: boolean
  readonly rules?: boolean
}

/** @param end takes the exit code */
export function addCheck(program: Command, end: (code: number) => void): void {
  const command = addManifests(program.command('check').description('report what inject or the cluster would refuse'))
    .addOption(new Option('--format <name>', 'output format').choices(FORMATS).default('text'))
    .option('--strict', 'fail on warnings, and on input without any order')
    .option('--rules', 'list the rules')
    .helpOption('-h, --help', 'print this page')
  addClusterOptions(command.optionsGroup('What is running in a cluster, instead of manifests:'))
  addRoot(addRewriteOptions(command.optionsGroup('As inject will be called:')))
  addLookupOptions(command, CALL_TIMEOUT_MS)
    .addHelpText('after', EXAMPLES)
    .action(async (files: readonly string[], given: Given) => end(await check(files, given)))
}

async function check(files: readonly string[], given: Given): Promise<number> {
  const { format, strict = false, rules = false } = given
  const terminal = { ...openTerminal(), write: writeOut }
  const misuse = (problem: string): number => {
    terminal.complain(`podorder: ${problem}`)
    return CODE_MISUSE
  }
  if (rules) {
    const { formatRules } = await import('../src/check/rules.ts')
    const { writeStdout } = await import('../src/cli/output.ts')
    return writeStdout(formatRules(), { terminal })
  }
  const { namespace, context, kubeconfig } = given
  if ([namespace, context, kubeconfig].some((option) => option !== undefined)) return checkRunning(files, given, misuse)
  const wanted = readManifests(files, given)
  if (typeof wanted === 'string') return misuse(`${wanted}; or a namespace with -n`)
  const findCommands = await openCachedLookup(given)
  if (typeof findCommands === 'string') return misuse(findCommands)
  const { checkManifests } = await import('../src/check/check.ts')
  return checkManifests(
    { ...wanted, format, strict, rewrite: readRewrite(given) },
    {
      ...(await openManifests()),
      terminal,
      findCommands,
    },
  )
}

/** Checks the objects of a namespace. */
async function checkRunning(
  files: readonly string[],
  given: Given,
  misuse: (problem: string) => number,
): Promise<number> {
  const { filename, kustomize, only, format, strict = false, namespace, context, kubeconfig } = given
  const [manifest] = [...filename, ...files, ...kustomize]
  if (manifest !== undefined)
    return misuse(`${manifest} is a manifest, and -n, --context and --kubeconfig ask the cluster; give one of them`)
  if (format === 'sarif') return misuse('--format sarif is for files only; use text or json')
  const findCommands = await openCachedLookup(given)
  if (typeof findCommands === 'string') return misuse(findCommands)
  const kube = await connect({ context, kubeconfig })
  if ('problem' in kube) return misuse(kube.problem)
  const { checkCluster } = await import('../src/cluster/cluster-check.ts')
  try {
    return await checkCluster(
      kube,
      { namespace, only, format, strict, rewrite: readRewrite(given), signal: takeInterrupt() },
      { ...(await openManifests()), terminal: { ...openTerminal(), write: writeOut }, findCommands },
    )
  } finally {
    kube.close()
  }
}
