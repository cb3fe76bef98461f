import test from 'ava'
import * as fc from 'fast-check'
import {
  hookFromFlag,
  judgeHookAnswer,
  parseHook,
  withoutAuthorization,
  writeHookHeaders,
} from '../../src/probe/hook.ts'
import { beginExchange } from '../../src/probe/http-probe.ts'

const HTTP = { kind: 'http', scheme: 'http', host: undefined, port: 8080, path: '/up', headers: [] } as const

const GOOD: readonly (readonly [string, object])[] = [
  ['{"exec":{"command":["sh","-c","x"]}}', { kind: 'check', check: { kind: 'exec', argv: ['sh', '-c', 'x'] } }],
  ['{"httpGet":{"port":8080,"path":"/up"}}', { kind: 'check', check: HTTP }],
  ['{"httpGet":{"port":"8080","path":"/up"},"exec":null}', { kind: 'check', check: HTTP }],
  ['{"sleep":{"seconds":3}}', { kind: 'sleep', ms: 3000 }],
  ['{"sleep":{"seconds":0}}', { kind: 'sleep', ms: 0 }],
]

for (const [text, hook] of GOOD)
  test(`is read: ${text}`, (t) => t.deepEqual(hookFromFlag('--post-start', text), { hook } as never))

test('a named port is looked up among the container’s', (t) => {
  const parsed = parseHook({ httpGet: { port: 'web', path: '/up' } }, new Map([['web', 8080]]))
  t.deepEqual(parsed, { hook: { kind: 'check', check: HTTP } })
})

const BAD: readonly (readonly [string, string])[] = [
  ['x', 'not JSON; it takes a Kubernetes lifecycle handler, {"exec":{"command":["…"]}}'],
  ['[]', 'the hook is []; it must be a map of fields'],
  ['{}', 'the hook does nothing; give it one of exec, httpGet, sleep'],
  ['{"exec":{},"sleep":{}}', 'the hook has both exec and sleep; keep one'],
  ['{"tcpSocket":{"port":1}}', 'Kubernetes does not run tcpSocket hooks; use exec, httpGet or sleep'],
  ['{"exec":{"command":[]}}', 'exec.command is empty; name the program to run'],
  ['{"httpGet":{}}', 'httpGet.port is missing'],
  ['{"sleep":{}}', 'sleep.seconds is missing; it must be a whole number, 0 or more'],
  ['{"sleep":{"seconds":1.5}}', 'sleep.seconds is 1.5; it must be a whole number, 0 or more'],
]

for (const [text, problem] of BAD) {
  test(`${text}: ${problem}`, (t) =>
    t.deepEqual(hookFromFlag('--post-start', text), { problem: `--post-start: ${problem}` }))
}

test('any status is success; only a redirect is looked at', (t) => {
  const request = beginExchange(HTTP, '10.0.0.1')
  const judge = (status: number, location?: string) => judgeHookAnswer(request, { status, location }, [])
  for (const status of [101, 200, 404, 500]) t.deepEqual(judge(status), { ok: true })
  t.like(judge(302, 'http://elsewhere/'), { ok: true })
  t.like(judge(302, '/other'), { port: 8080 })
  t.like(judge(302, 'http://['), { ok: false })
})

test('it names itself as the kubelet does, unless told otherwise', (t) => {
  t.deepEqual(writeHookHeaders([]), [{ name: 'User-Agent', value: 'kube-lifecycle/podorder' }])
  t.deepEqual(writeHookHeaders([{ name: 'user-agent', value: 'x' }]), [{ name: 'user-agent', value: 'x' }])
  const [, kept] = [0, { name: 'A', value: 'b' }] as const
  t.deepEqual(withoutAuthorization([{ name: 'authorization', value: 's' }, kept]), [kept])
})

test('whatever the text, it is a hook or one problem, and never throws', (t) => {
  const handlers = fc.dictionary(fc.constantFrom('exec', 'httpGet', 'sleep', 'tcpSocket'), fc.jsonValue())
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json(),
        fc.string(),
        handlers.map((value) => JSON.stringify(value)),
      ),
      (text) => {
        const parsed = hookFromFlag('--post-start', text)
        if ('problem' in parsed) t.regex(parsed.problem, /^--post-start: ./)
      },
    ),
  )
  t.pass()
})
