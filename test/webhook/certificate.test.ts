/** Certificates of the webhook's own making, read by those who know how. */
import test from 'ava'
import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeCredentials, readCredentials } from '../../src/webhook/make-certificate.io.ts'
import { isDue, LIFETIME_MS, listServiceNames, readKept, succeed } from '../../src/webhook/tls-credentials.ts'
import * as der from '../../src/webhook/der.ts'

const DAY_MS = 86_400_000
const NOW = Date.UTC(2030, 0, 2, 3, 4, 5)
const NAMES = listServiceNames('podorder-webhook', 'podorder')

test('the certificate is the service’s, signed by an authority that is one, and ends when it was said', (t) => {
  const made = makeCredentials(NAMES, NOW, 90 * DAY_MS)
  const [authority, server] = [new X509Certificate(made.authority), new X509Certificate(made.certificate)]
  t.true(authority.ca)
  t.false(server.ca)
  t.true(server.checkIssued(authority))
  t.true(server.verify(authority.publicKey))
  t.true(authority.verify(authority.publicKey))
  t.is(server.checkHost('podorder-webhook.podorder.svc'), 'podorder-webhook.podorder.svc')
  t.is(server.checkHost('elsewhere.podorder.svc'), undefined)
  t.deepEqual(readCredentials(made), { from: NOW - 300_000, until: NOW + 90 * DAY_MS })
})

test('openssl verifies it as strictly as it can', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'podorder-certificate-'))
  t.teardown(() => rmSync(dir, { recursive: true }))
  for (let round = 0; round < 8; round++) {
    const { authority, certificate } = makeCredentials(NAMES, Date.now(), DAY_MS)
    writeFileSync(join(dir, 'ca.crt'), authority)
    writeFileSync(join(dir, 'tls.crt'), certificate)
    const said = execFileSync('openssl', [
      ...['verify', '-x509_strict', '-purpose', 'sslserver', '-verify_hostname', NAMES[0] ?? ''],
      ...['-CAfile', join(dir, 'ca.crt'), join(dir, 'tls.crt')],
    ])
    t.regex(said.toString(), /tls\.crt: OK/)
  }
})

test('times from 2050 on are written as those before', (t) => {
  const { certificate } = makeCredentials(['a'], Date.UTC(2049, 11, 1), 365 * DAY_MS)
  t.is(Date.parse(new X509Certificate(certificate).validTo), Date.UTC(2050, 11, 1))
})

test('lengths, numbers and identifiers are written as X.690 has them', (t) => {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
  t.is(hex(der.integer(Uint8Array.of(0, 0, 0x80))), '02020080')
  t.is(hex(der.integer(Uint8Array.of(0))), '020100')
  t.is(hex(der.identifier('1.2.840.10045.4.3.2')), '06082a8648ce3d040302')
  t.is(hex(der.octets(new Uint8Array(128))).slice(0, 6), '048180')
  t.is(hex(der.octets(new Uint8Array(300))).slice(0, 8), '0482012c')
})

test('what cannot be served is refused in words', (t) => {
  const [one, other] = [makeCredentials(['a'], NOW, DAY_MS), makeCredentials(['a'], NOW, DAY_MS)]
  t.deepEqual(readCredentials({ ...one, key: other.key }), { problem: 'the key is not that of the certificate' })
  t.true('problem' in readCredentials({ certificate: '', key: '' }))
})

test('a certificate is renewed after two thirds of its life', (t) => {
  const life = { from: NOW, until: NOW + LIFETIME_MS }
  t.false(isDue(life, NOW + 59 * DAY_MS))
  t.true(isDue(life, NOW + 61 * DAY_MS))
})

test('the authority before stays trusted, the one before that does not', (t) => {
  const made = [1, 2, 3].map(() => makeCredentials(['a'], NOW, DAY_MS))
  const [first, second, third] = made
  if (first === undefined || second === undefined || third === undefined) return t.fail()
  const kept = succeed(third, succeed(second, succeed(first, undefined)))
  t.is(kept['ca.crt'], third.authority + second.authority)
  t.deepEqual(readKept({ ...kept }), kept)
  t.is(readKept({ ...kept, 'tls.key': '' }), undefined)
  t.is(readKept({}), undefined)
})
