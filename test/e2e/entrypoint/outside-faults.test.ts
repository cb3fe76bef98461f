/** Waiting for what is outside the pod: who may not look, what does not answer, what takes too long, and what is no target. */
import test from 'ava'
import { copyFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { openStage, type Wrapper } from '../../support/entrypoint.ts'
import { eventually } from '../../support/eventually.ts'
import { openScene, putPod, says } from '../../support/outside.ts'

const countOf = (wrapper: Wrapper, text: string): number => wrapper.stderr().split(text).length - 1

const LIST_PODS = { apiGroups: [''], resources: ['pods'], verbs: ['list', 'watch'] }

test('403 ends the container under Never, and says the least Role', async (t) => {
  const { server, stage, start } = await openScene(t)
  server.trust({ 'secret-token': 'system:serviceaccount:rec:shop' })
  server.allow([])
  const { code, stderr } = await start(['--wait-for=pod/db', '--wait-for=tcp://127.0.0.1:1']).end
  t.is(code, 125)
  t.true(stderr.includes('User "system:serviceaccount:rec:shop" cannot list resource'))
  t.true(stderr.includes('resources: ["pods"]\n    resourceNames: ["db"]\n    verbs: ["list", "watch"]'))
  t.false(stderr.includes('secret-token'))
  t.regex(stage.record('run/app/failed')?.message ?? '', /^cannot wait for pod\/db: the API at .* does not allow it: /)
})

test('otherwise it is asked again, said once, until it is allowed', async (t) => {
  const { server, start } = await openScene(t)
  server.trust({ 'secret-token': 'system:serviceaccount:rec:shop' })
  server.allow([])
  putPod(server, 'db', true)
  const wrapper = start(['--restart-policy=Always', '--wait-for=pod/db'])
  await eventually('it has asked three times', () => server.requests.length >= 3)
  await says(wrapper, 'waiting for pod/db (the API at ')
  t.is(countOf(wrapper, 'kind: RoleBinding'), 1)
  server.allow([LIST_PODS])
  t.is((await wrapper.end).stdout, 'open\n')
})

test('a kubeconfig that comes later is found, where there are restarts', async (t) => {
  const { server, stage, start, env } = await openScene(t)
  putPod(server, 'db', true)
  const wrapper = start(['--restart-policy=OnFailure', `--kubeconfig=${stage.path('late')}`, '--wait-for=pod/db'])
  await says(wrapper, `cannot wait for pod/db: cannot read the kubeconfig ${stage.path('late')}`)
  // Paths in it are relative to where it is.
  copyFileSync(join(dirname(env['KUBECONFIG'] ?? ''), 'token'), stage.path('token'))
  copyFileSync(env['KUBECONFIG'] ?? '', stage.path('late'))
  t.is((await wrapper.end).stdout, 'open\n')
  const none = await start(['--rerun', `--kubeconfig=${stage.path('none')}`, '--wait-for=pod/db']).end
  t.is(none.code, 125)
})

test('an API that goes away and comes back is waited out, and said once', async (t) => {
  const { server, start } = await openScene(t)
  putPod(server, 'db', false)
  const wrapper = start(['--wait-for=pod/db'])
  await says(wrapper, 'waiting for pod/db (db is pending)')
  await eventually('a watch', () => server.watches() === 1)
  for (let times = 0; times < 2; times++) server.misbehave('watch', { hangUp: true })
  server.endWatches('cut')
  await says(wrapper, 'pod/db: the API at ')
  await eventually('a watch', () => server.watches() === 1)
  putPod(server, 'db', true)
  t.is((await wrapper.end).stdout, 'open\n')
  t.is(countOf(wrapper, 'trying again'), 1)
})

test('time that is up ends the gate with 124, or goes on where it is optional', async (t) => {
  const { stage, start } = await openScene(t)
  const own = await start(['--wait-for=pod/db', '--wait-for-timeout=pod/db=200ms']).end
  t.is(own.code, 124)
  t.like(stage.record('run/app/failed'), { message: 'gave up waiting for pod/db after 200ms' })
  const all = await start(['--wait-for=pod/db', '--wait-timeout=200ms']).end
  t.is(all.code, 124)
  const terms = ['--wait-for-timeout=pod/db=200ms', '--wait-for-optional=pod/db']
  const optional = await start(['--wait-for=pod/db', ...terms]).end
  t.deepEqual([optional.code, optional.stdout], [0, 'open\n'])
})

test('a signal ends the waiting, and main’s end too', async (t) => {
  const { server, stage, start } = await openScene(t)
  const wrapper = start(['--wait-for=pod/db'])
  await eventually('a watch', () => server.watches() === 1)
  wrapper.signal('SIGTERM')
  t.is((await wrapper.end).code, 143)
  await eventually('no watch', () => server.watches() === 0)
  const stopped = start(['--wait-for=pod/db', '--stop-file', stage.path('over')])
  await says(stopped, 'waiting for')
  stage.write('over')
  t.is((await stopped.end).code, 0)
})

test('the command inherits nothing of the waiting', async (t) => {
  const { server, stage, env } = await openScene(t)
  putPod(server, 'db', true)
  const descriptors = ['ls', '/proc/self/fd']
  const plain = await stage.run(['--exec', '--', ...descriptors], { env })
  for (const flags of [['--exec'], []]) {
    const { stdout } = await stage.run([...flags, '--wait-for=pod/db', '--', ...descriptors], { env })
    t.is(stdout, plain.stdout)
  }
  await eventually('no watch', () => server.watches() === 0)
})

const MISUSE: readonly (readonly [readonly string[], string])[] = [
  [['--wait-for=pods/db'], '--wait-for: unknown target "pods/db"; did you mean "pod/"?'],
  [['--wait-for=tcp://db'], '--wait-for: "tcp://db" is not tcp://HOST:PORT'],
  [['--wait-for=file:/x'], '--wait-for: "file:/x" is a file; wait for it with --wait-file'],
  [['--wait-for=exec:true'], '--wait-for: "exec:true" is a command; wait for it with entrypoint wait'],
  [
    ['--wait-for=sidecar/mesh'],
    '--wait-for sidecar/mesh needs --downward-dir, the directory in which the downward API lists the ready sidecars',
  ],
  [['--wait-for-timeout=pod/db=1s'], 'pod/db has a timeout or is optional, but there is no --wait-for pod/db'],
  [['--wait-for=pod/db', '--wait-for-timeout=pod/db'], '--wait-for-timeout takes TARGET=DURATION, not "pod/db"'],
  [['--wait-for=job/x', '--wait-for-absent=job/y'], '--wait-for-absent job/y: there is no --wait-for job/y'],
  [['--wait-for=pod/x', '--wait-for-absent=pod/x'], '--wait-for-absent pod/x: it is not a Job'],
  [
    ['--wait-for=pod/db', '--wait-for-optional=pod/x'],
    'pod/x has a timeout or is optional, but there is no --wait-for pod/x',
  ],
]
for (const [flags, problem] of MISUSE) {
  test(`misuse is one sentence and exit code 2: ${flags.join(' ')}`, async (t) => {
    const { code, stderr } = await openStage(t).run([...flags, '--', 'true'])
    t.deepEqual([code, stderr], [2, `entrypoint: ${problem} (entrypoint --help lists the flags)\n`])
  })
}

test('a selector that the API does not understand is misuse, whatever the restartPolicy', async (t) => {
  const { start } = await openScene(t)
  const { code, stderr } = await start(['--restart-policy=Always', '--wait-for=pod/-la b']).end
  t.is(code, 2)
  t.true(stderr.includes('unable to parse requirement'))
})
