/** Reads the history of a pod from a cluster: from its status, and from its wrappers' lines in the logs. */
import type { Kube } from '../kube/kube.io.ts'
import { textOf } from '../pod/api-object.ts'
import type { PodTemplate } from '../pod/pod.ts'
import { findNamedPods, type PodWish, readAskedPod } from '../status/ask-pods.ts'
import type { AskedPod } from '../status/asked-pod.ts'
import { followPods } from '../status/follow-pods.ts'
import { createPodRecorder, type PodReading } from './history-pod.ts'
import type { History } from './history.ts'
import type { ReadProblem } from './read-history.ts'

export interface ClusterReading extends PodReading {
  /** The time of the picture; undefined: now. */
  readonly nowMs: number | undefined
  readonly now: () => number
  /** Gets the current history after each change; undefined: the history is read once. */
  readonly watch: ((history: () => History | ReadProblem) => void) | undefined
  /** Gets a sentence about data that is missing. */
  readonly warn: (note: string) => void
}

/** @returns the history, or one sentence about the fault */
export async function readClusterHistory(
  kube: Kube,
  wish: PodWish,
  { nowMs, now, watch, warn, ...reading }: ClusterReading,
): Promise<History | ReadProblem> {
  const found = await findNamedPods(kube, wish)
  if ('problem' in found) return found
  const [pod, ...others] = found.pods
  if (pod === undefined || others.length > 0) {
    const names = found.pods.map((one) => textOf(one, 'metadata', 'name'))
    return { problem: `${wish.words} has ${names.length} pods; name one: ${names.join(', ')}` }
  }
  const recorder = createPodRecorder(reading)
  const notes = new Set<string>()
  const see = (asked: AskedPod): ReadProblem | undefined => {
    for (const note of asked.notes) notes.add(note)
    const problem = recorder.see(asked.pod as unknown as PodTemplate, asked.gone, asked.logs)
    return problem === undefined ? undefined : { problem: `${wish.words}: ${problem}` }
  }
  let trouble: ReadProblem | undefined
  if (watch === undefined) trouble = see(await readAskedPod(kube, pod, wish.signal))
  else {
    const name = textOf(pod, 'metadata', 'name')
    const collection = { path: found.collection.path, fieldSelector: `metadata.name=${name}` }
    const ended = await followPods(kube, collection, wish.signal, (_, changed) => {
      trouble ??= see(changed)
      watch(() => trouble ?? recorder.history(nowMs ?? now()))
    })
    trouble ??= ended
  }
  for (const note of notes) warn(note)
  return trouble ?? recorder.history(nowMs ?? now())
}
