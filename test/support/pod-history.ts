/** Reads pods in the form of `kubectl get -o json` as histories. */
import { deflatePacking } from '../../src/tekton/deflate.io.ts'
import { readNested } from '../../src/manifest/yaml.io.ts'
import type { PodTemplate } from '../../src/pod/pod.ts'
import { createPodRecorder, type PodRecorder } from '../../src/history/history-pod.ts'
import { type ContainerHistory, type History, layOutSpans } from '../../src/history/history.ts'
import { NOW } from './explained.ts'

export const openRecorder = (): PodRecorder => createPodRecorder({ parse: readNested, packing: deflatePacking })

/** Records states of a pod in sequence, as a watch does. */
export function see(...pods: readonly unknown[]): History {
  const recorder = openRecorder()
  for (const pod of pods) recorder.see(pod as PodTemplate)
  return recorder.history(Date.parse(NOW))
}

export function find({ containers }: History, name: string): ContainerHistory | undefined {
  return containers.find(({ container }) => container === name)
}

/** Lists phases with their durations in seconds, such as `waiting 10, running 30`. */
export function tellBars(history: History, name: string): string {
  const container = find(history, name)
  const spans = container === undefined ? [] : layOutSpans(container, history.endMs)
  return spans.map(({ phase, fromMs, toMs }) => `${phase} ${(toMs - fromMs) / 1000}`).join(', ')
}
