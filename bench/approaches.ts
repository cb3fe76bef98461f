/**
 * Compares podorder with other ways to order the containers of a pod. All run the same programs in real time, each in its best form.
 * `podorder run` takes the place of the kubelet: it starts all containers at once, with back-offs of 10 s, 20 s and so on, probes at
 * their periods, and native sidecars in order. The notes under the tables give the additional delays of a real kubelet, from recordings
 * of Kubernetes 1.26.
 *
 * - Shell loops check the port each second, and continue as soon as it is open.
 * - Native sidecars have the shortest possible startupProbe.
 * - Tekton's entrypoint (pkg/entrypoint) waits only for the end of a step, so it cannot order servers. TEKTON_ENTRYPOINT can name the
 *   real one. Otherwise a stand-in is used that only polls.
 * - kubexit (cmd/kubexit/main.go) watches its pod in the API until its dependencies are `ready` by the kubelet's readinessProbe. Its
 *   stand-in is notified at once, never times out (kubexit does after 30 s), and needs no access to the API.
 */
import { asInitContainers, byPolling, bySteps, byTekton, type MakeSteps, timeSteps } from './approaches/batch.ts'
import { type MakePod, type Trial, tryPod } from './approaches/trial.ts'
import { annotated, byKubelet, inSequence, looping, unordered } from './approaches/voting.ts'
import type { Bench, Sheet } from './figure.ts'
import { median } from './statistics.ts'
import { requireProgram } from './tools.ts'

const ROUNDS = 3

/** The approaches. Undefined: the approach cannot wait for a server. */
const PODS: readonly (readonly [string, MakePod | undefined])[] = [
  ['nothing', unordered],
  ['a shell loop in each command, each 1 s', looping],
  ['native sidecars in sequence, startupProbe each 1 s', inSequence],
  ["Tekton's steps", undefined],
  ['kubexit (stand-in), readinessProbe each 10 s', (ports, directory) => byKubelet(ports, 10, directory)],
  ['kubexit (stand-in), readinessProbe each 1 s', (ports, directory) => byKubelet(ports, 1, directory)],
  ['podorder, readinessProbe each 10 s', annotated],
]

const POD_NOTES = [
  `Medians of ${ROUNDS} runs. In the last run postgres, and then worker, are killed.`,
  'A real kubelet adds up to 1 s until it notices an end or a start (also between two sidecars, and before each restart), and 0.05 s for each container.',
  "For kubexit the API adds 0.83 s (p50) from a container's start or end to the watch event, and up to 2.4 s on a busy node.",
  'For podorder the init container that copies the executable adds 0.4 to 1 s.',
]
const STEP_NOTES = [
  'A real kubelet adds 0.26 to 0.9 s for each init container after the first, which is 2.3 to 8 s here. It starts the containers of the other approaches all at once.',
]

export async function measureApproaches({ directory }: Bench): Promise<readonly Sheet[]> {
  for (const program of ['node', 'bash']) requireProgram(program)
  return [await comparePods(directory), await compareSteps(directory)]
}

async function comparePods(directory: string): Promise<Sheet> {
  const trials = await inTurns(PODS, async (makePod, prefix, isLast) => {
    // One trial is enough, since its results do not vary, and it takes the longest time.
    return makePod === undefined ? [] : [await tryPod(makePod, `${directory}/pod-${prefix}`, isLast)]
  })
  return {
    name: 'voting pod: redis, postgres (2.5 s), worker, vote, result',
    columns: [
      'result after',
      'restarts',
      'worker runs again after its database was killed',
      'further crashes',
      'stops in reverse',
    ],
    rows: trials.map(([name, own]) => [name, ...describeTrials(own.flat())]),
    notes: POD_NOTES,
  }
}

async function compareSteps(directory: string): Promise<Sheet> {
  const times = await inTurns(listSteps(), (makePod, prefix) => timeSteps(makePod, `${directory}/steps-${prefix}`))
  return {
    name: 'ten steps, 2.62 s of work',
    columns: ['done after'],
    rows: times.map(([name, own]) => [name, formatSeconds(median(own))]),
    notes: STEP_NOTES,
  }
}

/**
 * Measures all approaches in each round, so that temporary load of the machine affects all of them.
 * @param measure gets a prefix for the names of its files
 */
async function inTurns<Maker, Result>(
  approaches: readonly (readonly [string, Maker])[],
  measure: (maker: Maker, prefix: string, isLast: boolean) => Promise<Result>,
): Promise<readonly (readonly [string, readonly Result[]])[]> {
  const results = approaches.map(([name, maker]) => [name, maker, [] as Result[]] as const)
  for (let round = 1; round <= ROUNDS; round++) {
    for (const [index, [name, maker, own]] of results.entries()) {
      process.stderr.write(`  ${round}/${ROUNDS} ${name}\n`)
      own.push(await measure(maker, `${index}-${round}`, round === ROUNDS))
    }
  }
  return results.map(([name, , own]) => [name, own])
}

function listSteps(): readonly (readonly [string, MakeSteps])[] {
  const tekton = process.env['TEKTON_ENTRYPOINT']
  return [
    ['init containers', asInitContainers],
    tekton === undefined
      ? ['Tekton (stand-in), a look each 1 s', byPolling]
      : ['Tekton, a look each 1 s', () => byTekton(tekton)],
    ['podorder', bySteps],
  ]
}

function describeTrials(trials: readonly Trial[]): readonly string[] {
  if (trials.length === 0) return ['not possible: a server does not end', '', '', '', '']
  const recovery = trials.findLast((trial) => trial.recovery !== undefined)?.recovery
  return [
    formatSeconds(median(trials.map(({ answerS }) => answerS))),
    String(median(trials.map(({ restarts }) => restarts))),
    recovery === undefined ? '' : formatSeconds(recovery.afterS),
    recovery === undefined ? '' : String(recovery.crashes),
    trials.every(({ reversed }) => reversed) ? 'yes' : 'no',
  ]
}

function formatSeconds(seconds: number): string {
  return `${seconds.toFixed(1)} s`
}
