import test from 'ava'
import { conditionsOf, hasKind, parseOutside, readTarget } from '../../src/order/outside-target.ts'

const LABELS = [
  ...['pod/db', 'pod/shop/db', 'pod/-lapp=db,tier in (a,b)', 'pod-we/db', 'pod-wr/shop/-lapp=db'],
  ...['job/migrate', 'job-we/shop/migrate', 'job-wr/migrate', 'service/mail', 'service/shop/-lapp=mail'],
  ...['tcp://broker:5672', 'tcp://[::1]:1', 'http://api/', 'https://api:8443/healthz?a=b,c', 'sidecar/mesh'],
]
for (const text of LABELS) {
  test(`${text} is read as what its own label says`, (t) => {
    const target = parseOutside(text)
    t.is('label' in target ? target.label : target.problem, text)
    t.true(hasKind(text))
  })
}

test('how much is asked for stands in the kind, as k8s-wait-for has it', (t) => {
  t.like(parseOutside('job/x'), { kind: 'job', demand: 'all' })
  t.like(parseOutside('job-we/x'), { kind: 'job', demand: 'finished' })
  t.like(parseOutside('pod-wr/x'), { kind: 'pod', demand: 'some' })
  t.true('problem' in parseOutside('service-we/x'))
})

test('what is no target of a gate is refused in one sentence', (t) => {
  const known = 'use pod/, job/, service/, sidecar/, tcp://, http://, https://'
  t.deepEqual(parseOutside('db'), { problem: `unknown target "db"; ${known}` })
  t.deepEqual(parseOutside('sidcar/x'), { problem: 'unknown target "sidcar/x"; did you mean "sidecar/"?' })
  t.deepEqual(parseOutside('sidecar/X'), { problem: '"sidecar/X" is not sidecar/NAME' })
  t.deepEqual(parseOutside('job-we/X'), { problem: 'job-we/X: "X" is not a name; write job/NAME or job/-lapp=db' })
})

test('a Job is waited for until it has completed, or until it has ended', (t) => {
  const demandOf = (condition?: 'completed' | 'ended'): unknown => {
    const read = readTarget('job/x', condition)
    return 'target' in read && 'demand' in read.target ? read.target.demand : undefined
  }
  t.is(demandOf(), 'all')
  t.is(demandOf('completed'), 'all')
  t.is(demandOf('ended'), 'finished')
})

test('a container’s name has no kind, and a kind that is not known no conditions', (t) => {
  t.false(hasKind('db'))
  for (const text of ['exec:true', 'job-we/x', 'ftp://x', 'constructor/x', '/', ':']) {
    t.true(hasKind(text))
    t.is(conditionsOf(text), undefined)
  }
})
