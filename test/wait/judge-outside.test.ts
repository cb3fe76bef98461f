import test from 'ava'
import type { WaitResult } from '../../src/flags/judge.ts'
import { explainOutside, judgeOutside, judgeSidecar } from '../../src/wait/judge-outside.ts'
import { impossible, known, met, refused, type TargetState, waiting } from '../../src/kube/target-result.ts'
import type { RestartPolicy } from '../../src/pod/pod.ts'

const WAIT = { label: 'pod/db', timeoutMs: undefined, optional: false }
const DENIED = {
  kind: 'denied',
  message: 'no',
  namespace: 'x',
  subject: { namespace: 'x', serviceAccount: 'y' },
} as const

const TABLE: readonly (readonly [TargetState | undefined, WaitResult['kind'], WaitResult['kind'], string])[] = [
  [undefined, 'waiting', 'waiting', 'looking'],
  [known(waiting('db is pending')), 'waiting', 'waiting', 'db is pending'],
  [{ ...known(waiting('db is pending')), trouble: 'gone' }, 'waiting', 'waiting', 'gone'],
  [known(met('db is ready')), 'met', 'met', 'db is ready'],
  // Nothing speaks against what was known last.
  [{ ...known(met('db is ready')), trouble: 'gone' }, 'met', 'met', 'gone'],
  [known(impossible('it has failed')), 'refused', 'waiting', 'it has failed'],
  [refused(DENIED), 'unknowable', 'waiting', 'no'],
  [refused({ kind: 'other', message: 'no file' }), 'unknowable', 'waiting', 'no file'],
  [refused({ kind: 'selector', message: 'what?' }), 'unreachable', 'unreachable', 'what?'],
]

for (const [state, underNever, otherwise, why] of TABLE) {
  test(`${JSON.stringify(state) ?? 'nothing known'} is ${underNever} under Never, else ${otherwise}`, (t) => {
    const kindUnder = (policy: RestartPolicy) => judgeOutside(WAIT, state, policy).kind
    t.is(kindUnder('Never'), underNever)
    t.is(kindUnder('OnFailure'), otherwise)
    t.is(kindUnder('Always'), otherwise)
    t.is(explainOutside(state), why)
  })
}

test('a closed gate names the target as the origin', (t) => {
  t.like(judgeOutside(WAIT, known(impossible('it has failed')), 'Never'), {
    origin: 'pod/db',
    cause: 'it has failed',
    message: 'pod/db can never hold: it has failed',
  })
})

test('a sidecar is ready when the list names it, all of it', (t) => {
  const judge = (ready: string | undefined, failed?: string) => judgeSidecar('mesh', '/d', { ready, failed })
  for (const list of ['mesh', 'a,mesh', 'mesh,b', 'a, mesh ,b\n']) t.true(judge(list).met, list)
  for (const list of ['', 'meshes', 'a-mesh,mesh-2', 'a']) t.false(judge(list).met, list)
  t.is(judge(undefined).why, 'there is no /d/ready')
  t.is(judge('', 'a,mesh').impossible, 'it has failed')
  // It was started again since, and the other file is behind.
  t.true(judge('mesh', 'mesh').met)
  t.is(judge('', 'meshes').impossible, undefined)
})
