/** Native sidecars that are in the order, as the kubelet leads them. */
import test from 'ava'
import { openPlace, writePod } from '../../support/podorder.ts'

const sh = (script: string, more: object = {}) => ({ command: ['sh', '-c', script], ...more })
const SERVE = 'while :; do sleep 0.05; done'

test('a native sidecar is waited for, waits for an earlier one, and is stopped last, in reverse', async (t) => {
  const place = openPlace(t)
  const native = (name: string, script: string, more: object = {}) => ({
    ...{ name, image: name, restartPolicy: 'Always' },
    ...sh(`trap 'echo ${name} >> stopped; exit' TERM; ${script}; ${SERVE}`, more),
  })
  const probe = (file: string) => ({ exec: { command: ['test', '-e', file] }, periodSeconds: 1 })
  place.write(
    'pod.yaml',
    writePod({
      annotations: { 'depends-on': 'agent: {proxy: ready}\napp: {agent: ready}' },
      spec: {
        initContainers: [
          native('proxy', 'sleep 0.3; touch proxy-up', { readinessProbe: probe('proxy-up') }),
          native('agent', 'test -e proxy-up && touch agent-up', { readinessProbe: probe('agent-up') }),
        ],
      },
      containers: { app: sh('test -e agent-up && touch app-saw-it') },
    }),
  )
  const { code, stdout } = await place.run(['run', '--json', 'pod.yaml'])
  t.is(code, 0, stdout)
  t.true(place.has('app-saw-it'))
  t.deepEqual(place.read('stopped').trim().split('\n'), ['agent', 'proxy'])
  await place.assertClean()
})

test('main does not stop a native sidecar: the kubelet does, after all others have ended', async (t) => {
  const place = openPlace(t)
  place.write(
    'pod.yaml',
    writePod({
      annotations: { 'depends-on': 'app: {proxy: started}\nhelper: {proxy: started}', main: 'app' },
      spec: {
        initContainers: [
          {
            ...{ name: 'proxy', image: 'x', restartPolicy: 'Always' },
            ...sh(`trap 'test -e helper-stopped && touch proxy-was-last; exit' TERM; touch proxy-runs; ${SERVE}`),
          },
        ],
      },
      containers: {
        app: sh('until [ -e helper-runs ] && [ -e proxy-runs ]; do sleep 0.05; done'),
        helper: sh(`trap 'sleep 0.3; touch helper-stopped; exit' TERM; touch helper-runs; ${SERVE}`),
      },
    }),
  )
  const { code, stdout } = await place.run(['run', '--json', 'pod.yaml'])
  t.is(code, 0, stdout)
  t.true(place.has('proxy-was-last'))
})

test('what is listed after a native sidecar that waits starts once its own startupProbe has succeeded', async (t) => {
  const place = openPlace(t)
  const up = { exec: { command: ['test', '-e', 'agent-up'] }, periodSeconds: 1, failureThreshold: 100 }
  place.write(
    'pod.yaml',
    writePod({
      annotations: { 'depends-on': 'agent: {proxy: started}' },
      spec: {
        initContainers: [
          { name: 'proxy', image: 'x', restartPolicy: 'Always', ...sh(SERVE) },
          { name: 'agent', image: 'x', restartPolicy: 'Always', ...sh(`touch agent-up; ${SERVE}`), startupProbe: up },
          { name: 'setup', image: 'x', ...sh('test -e agent-up') },
        ],
      },
      containers: { app: sh('true') },
    }),
  )
  const { code, stdout } = await place.run(['run', '--json', 'pod.yaml'])
  t.is(code, 0, stdout)
})

test('RestartAllContainers starts a native sidecar, and what depends on it, anew in order', async (t) => {
  const place = openPlace(t)
  const up = { exec: { command: ['test', '-e', 'up'] }, periodSeconds: 1 }
  place.write(
    'pod.yaml',
    writePod({
      annotations: { 'depends-on': 'worker: {proxy: ready, prep: completed}\nafter: {worker: completed}' },
      spec: {
        initContainers: [
          { name: 'setup', image: 'x', ...sh('rm -f up; echo setup >> lives') },
          {
            ...{ name: 'proxy', image: 'x', restartPolicy: 'Always', readinessProbe: up },
            ...sh(`trap 'exit 0' TERM; echo proxy >> lives; sleep 0.2; touch up; ${SERVE}`),
          },
        ],
      },
      containers: {
        prep: sh('echo prep >> lives'),
        worker: {
          ...sh('test -e up || exit 1; echo worker >> lives; test -e second || { touch second; exit 42; }'),
          restartPolicy: 'Never',
          restartPolicyRules: [{ action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [42] } }],
        },
        after: sh('echo after >> lives'),
      },
    }),
  )
  const { code, stdout } = await place.run(['run', 'pod.yaml'])
  t.is(code, 0, stdout)
  const lives = place.read('lives').trim().split('\n')
  const half = lives.indexOf('setup', 1)
  t.deepEqual(lives.slice(0, half).toSorted(), ['prep', 'proxy', 'setup', 'worker'])
  t.deepEqual(lives.slice(half).toSorted(), ['after', 'prep', 'proxy', 'setup', 'worker'])
  for (const life of [lives.slice(0, half), lives.slice(half)]) {
    t.is(life[0], 'setup')
    t.true(life.indexOf('worker') > Math.max(life.indexOf('proxy'), life.indexOf('prep')))
  }
  t.is(lives.at(-1), 'after')
  // What it was told to do in its first life is not said of the second.
  t.true(stdout.includes('podorder | after completed\n'), stdout)
  await place.assertClean()
})
