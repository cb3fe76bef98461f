/** What the recordings do not show: newer conditions, several objects, what is gone. */
import test from 'ava'
import { judgeJobs, type SeenJob, readJobState } from '../../src/kube/jobs.ts'
import { judgePods, readPodState } from '../../src/kube/pods.ts'
import { judgeServices, readService, readSlice } from '../../src/kube/services.ts'
import type { Demand } from '../../src/kube/kinds.ts'
import { makeObject, type ObjectTarget } from '../../src/kube/target.ts'

function select(kind: ObjectTarget['kind'], demand: Demand = 'all', selector = ''): ObjectTarget {
  const target = makeObject(kind, demand, undefined, selector === '' ? { name: 'x' } : { selector })
  if ('problem' in target) throw new Error(target.problem)
  return target
}

const condition = (type: string, more: object = {}) => ({ type, status: 'True', ...more })

function job(name: string, status: object, spec: object = {}): SeenJob {
  return readJobState({ metadata: { name }, spec, status })
}

test('SuccessCriteriaMet and FailureTarget tell the end of a Job before its pods are gone', (t) => {
  const succeeding = job('a', { active: 2, succeeded: 1, conditions: [condition('SuccessCriteriaMet')] })
  t.true(judgeJobs(select('job'), [succeeding], []).met)
  const failing = job('a', { active: 2, conditions: [condition('FailureTarget', { reason: 'PodFailurePolicy' })] })
  t.is(judgeJobs(select('job'), [failing], []).impossible, 'a has failed (PodFailurePolicy)')
  t.true(judgeJobs(select('job', 'finished'), [failing], []).met)
})

test('a condition that is False says nothing', (t) => {
  const resumed = job('a', {
    conditions: [
      { type: 'Failed', status: 'False' },
      { type: 'Complete', status: 'Unknown' },
    ],
  })
  t.deepEqual(judgeJobs(select('job'), [resumed], []), {
    met: false,
    impossible: undefined,
    why: 'a has not ended (0 active, 0 succeeded, 0 failed)',
  })
})

test('a Job that was deleted before its end will never have one', (t) => {
  const running = job('a', { active: 1 })
  t.is(judgeJobs(select('job'), [], [running]).impossible, 'a was deleted before it had ended')
  t.is(
    judgeJobs(select('job', 'finished', 'app=x'), [job('b', { conditions: [condition('Complete')] })], [running])
      .impossible,
    'a was deleted or is selected no longer before it had ended',
  )
})

test('a Job that had ended may be removed, and one of the same name takes its place', (t) => {
  const done = job('a', { succeeded: 1, conditions: [condition('Complete')] })
  t.true(judgeJobs(select('job'), [], [done]).met)
  const again = job('a', { active: 1 })
  t.deepEqual(judgeJobs(select('job'), [again], [done]).met, false)
  t.is(judgeJobs(select('job'), [again], [job('a', { active: 1 })]).impossible, undefined)
  const failed = job('a', { conditions: [condition('Failed', { reason: 'BackoffLimitExceeded' })] })
  t.is(judgeJobs(select('job'), [], [failed]).impossible, 'a has failed (BackoffLimitExceeded)')
})

test('all selected Jobs count, and there must be one', (t) => {
  const done = job('a', { conditions: [condition('Complete')] })
  const running = job('b', { active: 1 })
  t.false(judgeJobs(select('job', 'all', 'app=x'), [done, running], []).met)
  t.is(judgeJobs(select('job', 'all', 'app=x'), [], []).why, 'no job matches yet')
  t.is(judgeJobs(select('job'), [], []).why, 'there is no such job yet')
})

test('a Job that is not there counts as completed only where that was said', (t) => {
  for (const demand of ['all', 'finished', 'some'] as const) {
    for (const selector of ['', 'app=x']) {
      const counting = { ...select('job', demand, selector), absentCounts: true } as const
      t.true(judgeJobs(counting, [], []).met)
      t.false(judgeJobs(select('job', demand, selector), [], []).met)
      t.false(judgeJobs(counting, [job('a', { active: 1 })], []).met)
    }
  }
  const counting = { ...select('job'), absentCounts: true } as const
  t.is(judgeJobs(counting, [], []).why, 'there is no such job, which counts as completed')
  // It was seen, and its end will never be.
  t.is(judgeJobs(counting, [], [job('a', { active: 1 })]).impossible, 'a was deleted before it had ended')
})

test('-wr: a Job some of whose pods have succeeded is there when none is active any more', (t) => {
  const row = (status: object) => judgeJobs(select('job', 'some'), [job('a', status)], [])
  t.false(row({ active: 1, succeeded: 1 }).met)
  t.true(row({ succeeded: 1, failed: 3 }).met)
  t.false(row({ failed: 3 }).met)
  t.true(row({ succeeded: 1, conditions: [condition('Failed')] }).met)
  t.true(row({ failed: 3, conditions: [condition('Failed')] }).impossible !== undefined)
})

test('a suspended Job is waited for', (t) => {
  t.is(judgeJobs(select('job'), [job('a', {}, { suspend: true })], []).why, 'a is suspended')
})

const owned = { ownerReferences: [{ kind: 'ReplicaSet', controller: true }] }
const ready = { phase: 'Running', conditions: [condition('Ready')] }

test('a pod that was evicted counts no longer, since its ReplicaSet makes another one', (t) => {
  const evicted = readPodState({
    metadata: { name: 'web-1', ...owned },
    spec: { restartPolicy: 'Always' },
    status: { phase: 'Failed', reason: 'Evicted' },
  })
  t.deepEqual(judgePods(select('pod', 'all', 'app=web'), [evicted]), {
    met: false,
    impossible: undefined,
    why: 'web-1 has failed (Evicted)',
  })
  const other = readPodState({
    metadata: { name: 'web-2', ...owned },
    spec: { restartPolicy: 'Always' },
    status: ready,
  })
  t.is(judgePods(select('pod', 'all', 'app=web'), [evicted, other]).why, 'web-2 is ready')
})

test('a failed pod that nobody replaces will never be ready; one of a Job may be followed by another', (t) => {
  const failed = { spec: { restartPolicy: 'Never' }, status: { phase: 'Failed' } }
  const alone = readPodState({ metadata: { name: 'a' }, ...failed })
  t.is(judgePods(select('pod'), [alone]).impossible, 'a has failed, and nothing makes another one')
  const ofJob = readPodState({ metadata: { name: 'b', ...owned }, ...failed })
  t.is(judgePods(select('pod'), [ofJob]).impossible, undefined)
  t.is(judgePods(select('pod', 'some', 'app=x'), [alone, ofJob]).impossible, undefined)
  t.true(judgePods(select('pod', 'finished', 'app=x'), [alone, ofJob]).met)
})

test('many pods are summed up', (t) => {
  const pods = Array.from({ length: 10 }, (_, index) =>
    readPodState({ metadata: { name: `p${index}` }, status: { phase: 'Pending' } }),
  )
  t.is(judgePods(select('pod', 'all', 'app=x'), pods).why, 'p0 is pending, p1 is pending, p2 is pending and 7 more')
})

test('an object that says nothing is no reason to fail', (t) => {
  t.is(judgePods(select('pod'), [readPodState({})]).met, false)
  t.is(judgeJobs(select('job'), [readJobState(null)], []).met, false)
  t.deepEqual(readSlice(undefined), { service: '', ready: 0, unready: 0 })
})

const slice = (service: string, ...endpoints: readonly object[]) =>
  readSlice({
    metadata: { labels: { 'kubernetes.io/service-name': service } },
    endpoints: endpoints.map((conditions) => ({ conditions })),
  })
const service = (name: string, spec: object = {}) => readService({ metadata: { name }, spec })

test('endpoints without conditions, as people write them by hand, are ready', (t) => {
  t.true(judgeServices(select('service'), [service('x')], [slice('x', {})]).met)
})

test('the slices of a Service are counted together, and those of others not', (t) => {
  const slices = [slice('x', { ready: true }), slice('x', { ready: false }), slice('y', { ready: true })]
  t.is(judgeServices(select('service'), [service('x')], slices).why, 'x has 1 of 2 endpoints ready')
  t.true(judgeServices(select('service', 'some'), [service('x')], slices).met)
  t.is(
    judgeServices(select('service', 'some', 'app=x'), [service('x'), service('z')], slices).why,
    'z has no endpoints',
  )
})

test('endpoints that are being stopped do not count', (t) => {
  const stopping = { ready: false, serving: true, terminating: true }
  t.true(judgeServices(select('service'), [service('x')], [slice('x', { ready: true }, stopping)]).met)
  t.false(judgeServices(select('service', 'some'), [service('x')], [slice('x', stopping)]).met)
})

test('a Service with publishNotReadyAddresses is ready when an endpoint serves, not when it is published', (t) => {
  const published = (serving: boolean, terminating = false) => slice('x', { ready: true, serving, terminating })
  const why = (one: ReturnType<typeof slice>) => judgeServices(select('service'), [service('x')], [one])
  t.is(why(published(false)).why, 'x has 0 of 1 endpoints ready')
  t.true(why(published(true)).met)
  t.is(why(published(true, true)).why, 'x has no endpoints')
})

test('an ExternalName has no endpoints to wait for', (t) => {
  t.is(
    judgeServices(select('service'), [service('x', { type: 'ExternalName' })], []).impossible,
    'x is of type ExternalName and has no endpoints; wait for tcp://HOST:PORT instead',
  )
  t.is(judgeServices(select('service'), [], []).why, 'there is no such service yet')
})
