import test from 'ava'
import type { Container } from '../../src/core/pod.ts'
import { probeFromFlag } from '../../src/core/probe-flag.ts'
import { writeReadiness } from '../../src/core/readiness-flags.ts'

const container = (fields: object): Container => ({ name: 'db', ...fields })

test('without a probe nothing is measured', (t) => {
  t.deepEqual(writeReadiness(container({ livenessProbe: { tcpSocket: { port: 1 } } })), [])
})

test('a readinessProbe becomes --ready-probe, with its named port resolved', (t) => {
  const ports = [{ name: 'pg', containerPort: 5432 }]
  const readinessProbe = { tcpSocket: { port: 'pg' }, periodSeconds: 3 }
  t.deepEqual(writeReadiness(container({ ports, readinessProbe })), [
    '--ready-probe',
    '{"tcpSocket":{"port":5432},"periodSeconds":3}',
  ])
})

test('a startupProbe comes before a readinessProbe', (t) => {
  const probes = { readinessProbe: { tcpSocket: { port: 1 } }, startupProbe: { exec: { command: ['up'] } } }
  t.deepEqual(writeReadiness(container(probes)), ['--startup-probe', '{"exec":{"command":["up"]}}'])
})

test('a probe that the API server would refuse gives no flag', (t) => {
  t.deepEqual(writeReadiness(container({ readinessProbe: { tcpSocket: { port: 'nowhere' } } })), [])
})

test('$(NAME) in an HTTP probe survives the kubelet’s expansion of args', (t) => {
  const readinessProbe = { httpGet: { port: 80, path: '/$(A)', httpHeaders: [{ name: 'X', value: '$(B)' }] } }
  const [flag, text = ''] = writeReadiness(container({ readinessProbe }))
  t.is(flag, '--ready-probe')
  const expanded = text.replaceAll('$$', '$')
  const parsed = probeFromFlag('ready-probe', expanded)
  t.like(parsed, { probe: { check: { path: '/$(A)', headers: [{ name: 'X', value: '$(B)' }] } } })
  t.true(text.includes('/$$(A)'))
})

test('$(NAME) in an exec probe is left to the kubelet, which expands it there too', (t) => {
  const [, text = ''] = writeReadiness(container({ readinessProbe: { exec: { command: ['is-up', '$(PORT)'] } } }))
  t.is(text, '{"exec":{"command":["is-up","$(PORT)"]}}')
})
