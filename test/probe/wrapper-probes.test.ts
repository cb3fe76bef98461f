import test from 'ava'
import { probeFromFlag } from '../../src/probe/probe-flag.ts'
import { writeProbing } from '../../src/probe/wrapper-probes.ts'

const flagsOf = (fields: object): readonly string[] => writeProbing({ name: 'db', ...fields }).flags
/** The flag and its value. */
const split = ([word = '']: readonly string[]): readonly string[] => [
  word.slice(0, word.indexOf('=')),
  word.slice(word.indexOf('=') + 1),
]

test('without a probe nothing is measured', (t) => {
  t.deepEqual(flagsOf({}), [])
  t.false(writeProbing({ name: 'db', livenessProbe: { tcpSocket: { port: 1 } } }).measured)
})

test('a readinessProbe becomes --ready-probe, with its named port resolved', (t) => {
  const ports = [{ name: 'pg', containerPort: 5432 }]
  const readinessProbe = { tcpSocket: { port: 'pg' }, periodSeconds: 3 }
  t.deepEqual(split(flagsOf({ ports, readinessProbe })), [
    '--ready-probe',
    '{"tcpSocket":{"port":5432},"periodSeconds":3}',
  ])
})

test('a startupProbe comes before a readinessProbe', (t) => {
  const probes = { readinessProbe: { tcpSocket: { port: 1 } }, startupProbe: { exec: { command: ['up'] } } }
  t.deepEqual(split(flagsOf(probes)), ['--startup-probe', '{"exec":{"command":["up"]}}'])
})

test('a probe that the API server would refuse gives no flag', (t) => {
  t.deepEqual(flagsOf({ readinessProbe: { tcpSocket: { port: 'nowhere' } } }), [])
})

test('$(NAME) in an HTTP probe survives the kubelet’s expansion of args', (t) => {
  const readinessProbe = { httpGet: { port: 80, path: '/$(A)', httpHeaders: [{ name: 'X', value: '$(B)' }] } }
  const [flag, text = ''] = split(flagsOf({ readinessProbe }))
  t.is(flag, '--ready-probe')
  const expanded = text.replaceAll('$$', '$')
  const parsed = probeFromFlag('ready-probe', expanded)
  t.like(parsed, { probe: { check: { path: '/$(A)', headers: [{ name: 'X', value: '$(B)' }] } } })
  t.true(text.includes('/$$(A)'))
})

test('$(NAME) in an exec probe is left to the kubelet, which expands it there too', (t) => {
  const [, text = ''] = split(flagsOf({ readinessProbe: { exec: { command: ['is-up', '$(PORT)'] } } }))
  t.is(text, '{"exec":{"command":["is-up","$(PORT)"]}}')
})

test('a liveness probe is held back until its own delay is over; a startupProbe says itself when', (t) => {
  const livenessProbe = { tcpSocket: { port: 1 } }
  t.deepEqual(flagsOf({ livenessProbe }), ['--live-delay=0s'])
  t.deepEqual(flagsOf({ livenessProbe: { ...livenessProbe, initialDelaySeconds: 90 } }), ['--live-delay=1m30s'])
  t.deepEqual(flagsOf({ livenessProbe, startupProbe: livenessProbe }), ['--startup-probe={"tcpSocket":{"port":1}}'])
  t.true(writeProbing({ name: 'db', livenessProbe }).guarded)
  t.false(writeProbing({ name: 'db', readinessProbe: livenessProbe }).guarded)
})

test('a postStart hook goes to the wrapper, its port resolved, safe from the kubelet’s expansion', (t) => {
  const ports = [{ name: 'web', containerPort: 8080 }]
  const postStart = { httpGet: { path: '/$(A)$$', port: 'web' } }
  t.deepEqual(flagsOf({ ports, lifecycle: { postStart } }), [
    '--post-start={"httpGet":{"path":"/$$(A)$$$$","port":8080}}',
  ])
})
