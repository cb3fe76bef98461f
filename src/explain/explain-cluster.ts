/** `podorder explain POD`: explains pods that are read from the cluster, once or after each change. */
import { CODE_MISUSE } from '../base/exit-code.ts'
import type { Kube } from '../kube/kube.io.ts'
import { layOut } from '../manifest/pod-page.ts'
import { textOf } from '../pod/api-object.ts'
import type { PodTemplate } from '../pod/pod.ts'
import { findNamedPods, readAskedPod } from '../status/ask-pods.ts'
import type { AskedPod } from '../status/asked-pod.ts'
import { followPods } from '../status/follow-pods.ts'
import { type ExplainOptions, type ExplainPorts, readPod, writeExplanations } from './explain-command.ts'
import type { Explanation } from './explanation.ts'

export interface ClusterExplainOptions {
  /** `shop`, `deployment/shop` */
  readonly words: string
  /** Undefined: the namespace of the context. */
  readonly namespace: string | undefined
  readonly format: ExplainOptions['format']
  /** Explain again after each change. */
  readonly watch: boolean
  /** Undefined: the current time at each explanation. */
  readonly nowMs: number | undefined
  readonly signal: AbortSignal
}

export interface ClusterExplainPorts extends Pick<ExplainPorts, 'terminal'> {
  readonly now: () => number
}

/** Changes of several containers often come together; they are gathered for this time. */
const GATHER_MS = 200

/** @returns the exit code: 0 when an explanation was written, whatever the state of the pods */
export async function explainCluster(
  kube: Kube,
  { words, namespace = kube.namespace, format, watch, nowMs, signal }: ClusterExplainOptions,
  { terminal, now }: ClusterExplainPorts,
): Promise<number> {
  const refuse = (problem: string): number => {
    terminal.complain(`podorder: ${problem}`)
    return CODE_MISUSE
  }
  const found = await findNamedPods(kube, { words, namespace, signal })
  if ('problem' in found) return refuse(found.problem)
  const explain = (pods: readonly AskedPod[]): string => {
    const read = pods.flatMap((asked) => explainAsked(asked, nowMs ?? now()))
    const explanations = read.filter((one): one is Explanation => typeof one !== 'string')
    for (const problem of read) if (typeof problem === 'string') terminal.complain(problem)
    return writeExplanations(explanations, format, terminal.coloured)
  }
  if (!watch) {
    const pods: AskedPod[] = []
    for (const pod of found.pods) pods.push(await readAskedPod(kube, pod, signal))
    await terminal.write(explain(pods))
    return 0
  }
  let latest: readonly AskedPod[] = []
  let shown = ''
  let timer: NodeJS.Timeout | undefined
  const show = async (): Promise<void> => {
    timer = undefined
    const text = explain(latest)
    if (text === shown) return
    const first = shown === ''
    shown = text
    await terminal.write(first || format === 'json' ? text : `\n${new Date(now()).toISOString()}\n${text}`)
  }
  const ended = await followPods(kube, found.collection, signal, (pods) => {
    latest = pods
    timer ??= setTimeout(() => void show(), GATHER_MS)
  })
  clearTimeout(timer)
  await show()
  return ended === undefined ? 0 : refuse(ended.problem)
}

function explainAsked(asked: AskedPod, nowMs: number): readonly (Explanation | string)[] {
  const name = textOf(asked.pod, 'metadata', 'name')
  const layout = layOut(asked.pod as unknown as PodTemplate)
  if (layout === undefined) return [`podorder: Pod/${name} is nested more deeply than any pod`]
  return readPod({ ...layout, name, say: (fault) => `Pod/${name}: ${layout.say(fault)}` }, nowMs, asked.gone, asked)
}
