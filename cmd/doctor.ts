/** `podorder doctor` on the command line. */
import type { Command } from 'commander'
import { CODE_MISUSE } from '../src/base/exit-code.ts'
import type { PodWanted } from '../src/cluster/see-pod.ts'
import { addClusterOptions, type GivenCluster, readLabel, takeInterrupt } from './cluster.ts'
import { connect } from './connection.ts'
import { addManifestOptions, type GivenManifests, openManifests, readManifests } from './manifests.ts'
import { openTerminal, writeOut } from './terminal.ts'

const EXAMPLES = `
A line that begins with > says what to do. Each check is a request of its own;
without permission its result is unknown. With -f, the API server is asked for a
dry run. Exit code: 0 nothing is wrong, 1 there are errors, 2 no cluster.

Examples:
  podorder doctor
  podorder doctor -n prod -f app.yaml
  podorder doctor --context staging --json`

/** Options as commander returns them: a switch that was not given is absent. */
interface Given extends GivenCluster, GivenManifests {
  readonly systemNamespace: string
  readonly json?: boolean
}

/** @param end takes the exit code */
export function addDoctor(program: Command, end: (code: number) => void): void {
  const command = program.command('doctor').description('check that a cluster has what podorder needs')
  addClusterOptions(command)
    .option('--system-namespace <name>', 'namespace in which podorder runs', readLabel, 'podorder')
    .option('--json', 'print one JSON object')
    .helpOption('-h, --help', 'print this page')
    .optionsGroup('Check whether the webhook would rewrite these pods:')
  addManifestOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (given: Given) => end(await doctor(given)))
}

async function doctor(given: Given): Promise<number> {
  const { context, kubeconfig, json = false, systemNamespace: home } = given
  const terminal = { ...openTerminal(), write: writeOut }
  const refuse = (...problems: readonly string[]): number => {
    for (const problem of problems) terminal.complain(problem)
    return CODE_MISUSE
  }
  const found = await findPods(given)
  if ('problems' in found) return refuse(...found.problems)
  const kube = await connect({ context, kubeconfig })
  if ('problem' in kube) return refuse(`podorder: ${kube.problem}`)
  const { examine } = await import('../src/cluster/doctor.ts')
  try {
    return await examine(
      kube,
      { namespace: given.namespace ?? found.namespace, home, pods: found.pods, json, signal: takeInterrupt() },
      {
        terminal,
        now: () => Date.now(),
      },
    )
  } finally {
    kube.close()
  }
}

interface FoundManifests {
  readonly pods: readonly PodWanted[]
  /** The namespace that the objects name. */
  readonly namespace: string | undefined
}

async function findPods(given: Given): Promise<FoundManifests | { readonly problems: readonly string[] }> {
  const wanted = readManifests([], given)
  if (typeof wanted === 'string') return { pods: [], namespace: undefined }
  const { readWantedPods } = await import('../src/cluster/wanted-pods.ts')
  return readWantedPods(wanted, await openManifests())
}
