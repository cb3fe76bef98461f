import test from 'ava'
import { type ExecProgram, readExecCredential, writeExecInfo } from '../../src/kube/exec-credential.ts'

const V1 = 'client.authentication.k8s.io/v1'
const PROGRAM: ExecProgram = {
  user: 'u',
  apiVersion: V1,
  command: 'login',
  args: [],
  env: {},
  installHint: '',
  interactiveMode: 'IfAvailable',
  cluster: undefined,
}

const answer = (status: object, apiVersion = V1): string =>
  JSON.stringify({ kind: 'ExecCredential', apiVersion, status })

test('a token or a certificate is taken, with its expiry', (t) => {
  t.deepEqual(readExecCredential(PROGRAM, answer({ token: 'x', expirationTimestamp: '2026-03-01T12:00:00Z' })), {
    token: 'x',
    expiresMs: Date.UTC(2026, 2, 1, 12),
  })
  t.deepEqual(readExecCredential(PROGRAM, answer({ clientCertificateData: 'C', clientKeyData: 'K' })), {
    certificate: 'C',
    key: 'K',
  })
})

const WRONG: readonly (readonly [string, string])[] = [
  ['', 'its answer is not an ExecCredential in JSON'],
  ['token: x', 'its answer is not an ExecCredential in JSON'],
  ['{"kind":"Status"}', 'its answer is not an ExecCredential in JSON'],
  [answer({ token: 'x' }, `${V1}beta1`), `it answers in ${V1}beta1, and the kubeconfig says ${V1}`],
  [answer({}), 'it gives neither a token nor a certificate'],
  [answer({ clientKeyData: 'K' }), 'it gives a certificate or a key, and not both'],
]

for (const [output, problem] of WRONG) {
  test(`an answer ${JSON.stringify(output)} is refused in words`, (t) => {
    t.deepEqual(readExecCredential(PROGRAM, output), { problem })
  })
}

test('the program is told whether it may ask, and the cluster where it wants to know', (t) => {
  t.deepEqual(JSON.parse(writeExecInfo({ ...PROGRAM, cluster: { server: 'https://a' } }, true)), {
    kind: 'ExecCredential',
    apiVersion: V1,
    spec: { cluster: { server: 'https://a' }, interactive: true },
  })
})
