/** Follows pods, Jobs or Services in the API, and judges them after every change. */
import type { Kube } from '../kube/kube.io.ts'
import type { CacheChange } from '../kube/cache.ts'
import { type Collection, collectionOf, slicesOf } from '../kube/collection.ts'
import type { KubeFailure } from '../kube/failure.ts'
import { judgeJobs, type SeenJob, readJobState } from '../kube/jobs.ts'
import { judgePods, readPodState } from '../kube/pods.ts'
import { subjectOf } from '../kube/subject.ts'
import { judgeServices, type SeenService, readService, readSlice, type SeenSlice } from '../kube/services.ts'
import { known, type Refusal, refused, type TargetResult, waiting } from '../kube/target-result.ts'
import type { ObjectTarget } from '../kube/target.ts'
import type { OnState, WatchPorts } from './ports.ts'

export function watchObjects(target: ObjectTarget, ports: WatchPorts, onState: OnState): { close(): void } {
  let closed = false
  const open: { close(): void }[] = []
  let latest: TargetResult = waiting('asking the API')
  const close = (): void => {
    closed = true
    for (const following of open) following.close()
  }
  const refuse = (refusal: Refusal): void => {
    close()
    onState(refused(refusal))
  }

  void ports.kube().then((kube) => {
    if (closed) return
    if ('problem' in kube) refuse({ kind: 'other', message: kube.problem })
    else begin(kube)
  })
  return { close }

  function begin(kube: Kube): void {
    const namespace = target.namespace ?? kube.namespace
    const objects = collectionOf(target, namespace)
    switch (target.kind) {
      case 'pod':
        return watch(kube, objects, readPodState, (pods) => tell(judgePods(target, pods)))
      case 'job': {
        const gone = new Map<string, SeenJob>()
        return watch(kube, objects, readJobState, (jobs, changes) => {
          for (const { kind, uid, item } of changes) if (kind === 'gone') gone.set(uid, item)
          tell(judgeJobs(target, jobs, gone.values()))
        })
      }
      case 'service': {
        let services: Iterable<SeenService> | undefined
        let slices: Iterable<SeenSlice> | undefined
        const judge = (): void => {
          if (services !== undefined && slices !== undefined) tell(judgeServices(target, services, slices))
        }
        watch(kube, objects, readService, (now) => {
          services = [...now]
          judge()
        })
        return watch(kube, slicesOf(target, namespace), readSlice, (now) => {
          slices = [...now]
          judge()
        })
      }
      default:
        target.kind satisfies never
    }
  }

  function tell(waitStatus: TargetResult): void {
    latest = waitStatus
    onState(known(waitStatus))
  }

  function watch<Item>(
    kube: Kube,
    collection: Collection,
    keep: (object: unknown) => Item,
    take: (items: Iterable<Item>, changes: readonly CacheChange<Item>[]) => void,
  ): void {
    const following = kube.follow<Item>(collection, {
      keep,
      onChanges(items, changes) {
        if (!closed) take(items.values(), changes)
      },
      onTrouble(failure, final) {
        if (closed) return
        if (final) return refuse(describeRefusal(kube, failure))
        onState({ ...known(latest), trouble: `the API at ${kube.server} fails: ${failure.message}; trying again` })
      },
    })
    open.push(following)
  }
}

function describeRefusal({ server, namespace }: Kube, { kind, message }: KubeFailure): Refusal {
  const denied = { kind: 'denied', namespace, subject: subjectOf(message, namespace) } as const
  switch (kind) {
    case 'unauthorized':
      return { ...denied, message: `the API at ${server} does not accept our credentials (${message})` }
    case 'forbidden':
      return { ...denied, message: `the API at ${server} does not allow it: ${message}` }
    case 'invalid':
      return { kind: 'selector', message: `the API at ${server} refuses the question: ${message}` }
    case 'untrusted':
      return { kind: 'other', message: `the certificate of ${server} cannot be trusted: ${message}` }
    case 'missing':
    case 'unreachable':
    case 'conflict':
    case 'expired':
    case 'throttled':
    case 'broken':
      return { kind: 'other', message: `the API at ${server} has no answer: ${message}` }
  }
}
