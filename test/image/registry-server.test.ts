import test from 'ava'
import { createExchange } from '../../src/image/registry.io.ts'

for (const [what, pem, problem] of [
  ['nothing', '', 'holds no certificate in PEM form'],
  ['a key', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----', 'holds no certificate in PEM form'],
  [
    'no certificate in PEM form',
    '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
    'holds a certificate that cannot be read',
  ],
] as const) {
  test(`a CA file that holds ${what} is refused before anything is asked`, (t) =>
    t.deepEqual(createExchange(pem), { problem }))
}
