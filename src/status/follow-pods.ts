/** Follows pods of a cluster with their logs, and reports changes until all pods have ended. */
import type { JsonObject } from '../base/json-object.ts'
import { pause } from '../base/pause.ts'
import type { Collection } from '../kube/collection.ts'
import { isTransient, type KubeFailure } from '../kube/failure.ts'
import type { Kube } from '../kube/kube.io.ts'
import { readPodLog } from '../kube/pod-log.io.ts'
import { textOf } from '../pod/api-object.ts'
import { asPod, type AskedPod, isOverPod, listLogs, uidOf, type WantedLog } from './asked-pod.ts'
import type { ClusterProblem } from './ask-pods.ts'
import { describeRefusal } from './cluster-words.ts'
import { readWrapperLine, recordLine, type WrapperLog } from './wrapper-log.ts'

const AGAIN_MS = 1000
/** The limit of retries: the log of a starting container is refused as invalid, and a log may break off. */
const MOST_TRIES = 100

interface Followed {
  pod: JsonObject
  gone: boolean
  readonly logs: Map<string, Map<number, WrapperLog>>
  readonly followed: Set<string>
  readonly notes: Set<string>
}

/**
 * @param tell gets all pods, including deleted ones, and the one that has changed
 * @returns when all have ended or the signal is aborted; else why it cannot continue
 */
export async function followPods(
  kube: Kube,
  collection: Collection,
  signal: AbortSignal,
  tell: (pods: readonly AskedPod[], changed: AskedPod) => void,
): Promise<ClusterProblem | undefined> {
  const pods = new Map<string, Followed>()
  const { promise, resolve } = Promise.withResolvers<ClusterProblem | undefined>()
  signal.addEventListener('abort', () => resolve(undefined))
  /** The number of logs that are being read. */
  let reading = 0

  const look = (one: Followed): AskedPod => ({ ...one, probes: new Map(), notes: [...one.notes] })
  const change = (one: Followed): void => {
    tell([...pods.values()].map(look), look(one))
    settle()
  }
  function settle(): void {
    if (reading === 0 && pods.size > 0 && [...pods.values()].every(isOverPod)) resolve(undefined)
  }

  const take = (object: JsonObject, removed: boolean): void => {
    const uid = uidOf(object)
    const known = pods.get(uid)
    const one: Followed = known ?? { pod: object, gone: false, logs: new Map(), followed: new Set(), notes: new Set() }
    pods.set(uid, one)
    one.pod = object
    one.gone = removed
    for (const wanted of removed ? [] : listLogs(object)) {
      const key = `${wanted.container} ${wanted.life}`
      if (one.followed.has(key)) continue
      one.followed.add(key)
      reading += 1
      void followLog(one, wanted).finally(() => {
        reading -= 1
        settle()
      })
    }
    change(one)
  }

  async function followLog(one: Followed, { container, life, previous }: WantedLog): Promise<void> {
    const wish = {
      ...{ namespace: textOf(one.pod, 'metadata', 'namespace'), pod: textOf(one.pod, 'metadata', 'name') },
      ...{ container, previous, follow: !previous, signal },
    }
    const own = one.logs.get(container) ?? new Map<number, WrapperLog>()
    one.logs.set(container, own)
    for (let tries = 1; ; tries++) {
      // A retry reads the log from its beginning.
      let log: WrapperLog | undefined
      const failure = await readPodLog(kube, wish, (line) => {
        const read = readWrapperLine(line, container)
        if (read === undefined) return
        log = recordLine(log, read)
        own.set(life, log)
        change(one)
      })
      const again = failure !== undefined && (isTransient(failure) || failure.kind === 'invalid') && tries < MOST_TRIES
      if (!again || signal.aborted || isOverPod(one)) return note(one, failure)
      await pause(AGAIN_MS, signal)
    }
  }

  function note(one: Followed, failure: KubeFailure | undefined): void {
    if (failure?.kind !== 'forbidden') return
    one.notes.add('its logs may not be read (needed is get of pods/log), so what wrappers say is not known')
    change(one)
  }

  const following = kube.follow<JsonObject | undefined>(collection, {
    keep: asPod,
    onChanges(_, changes) {
      for (const { kind, item } of changes) if (item !== undefined) take(item, kind === 'gone')
    },
    onTrouble(failure, final) {
      if (final) resolve({ problem: describeRefusal(failure, 'watch pods', kube.server) })
    },
  })
  try {
    return await promise
  } finally {
    following.close()
  }
}
