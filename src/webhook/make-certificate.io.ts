/** Makes keys and signatures and reads certificates, by node:crypto. */
import { createPrivateKey, generateKeyPairSync, randomBytes, sign, X509Certificate } from 'node:crypto'
import { writeCertificate } from './certificate.ts'

/** All in PEM. */
export interface TlsCredentials {
  /** The served certificate and its chain to the authority. */
  readonly certificate: string
  readonly key: string
}

export interface OwnCredentials extends TlsCredentials {
  /** The certificate of the authority; its key is not kept, so that it can sign nothing else. */
  readonly authority: string
}

/** The tolerated difference of clocks. */
const SKEW_MS = 300_000

/** Makes a new authority and a certificate for these DNS names. */
export function makeCredentials(names: readonly string[], now: number, lifetimeMs: number): OwnCredentials {
  const [authority, server] = [makeKeys(), makeKeys()]
  const serial = makeSerial()
  // Authorities need different names, since two of them may be trusted at the same time.
  const issuer = `podorder webhook authority ${Buffer.from(serial).toString('hex').slice(0, 16)}`
  const common = { issuer, issuerKeyId: serial, from: now - SKEW_MS, until: now + lifetimeMs }
  const signed = (content: Uint8Array): Uint8Array => sign('sha256', content, authority.privateKey)
  return {
    authority: toPem(
      writeCertificate(
        { ...common, subject: issuer, serial, publicKey: authority.publicKey, role: { kind: 'authority' } },
        signed,
      ),
    ),
    certificate: toPem(
      writeCertificate(
        {
          ...{ ...common, subject: names[0] ?? issuer, serial: makeSerial() },
          publicKey: server.publicKey,
          role: { kind: 'server', names },
        },
        signed,
      ),
    ),
    key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }),
  }
}

export interface CertificateFacts {
  /** Unix ms. */
  readonly from: number
  readonly until: number
}

/** @returns one clause when certificate and key cannot be served */
export function readCredentials({ certificate, key }: TlsCredentials): CertificateFacts | { readonly problem: string } {
  try {
    const read = new X509Certificate(certificate)
    if (!read.checkPrivateKey(createPrivateKey(key))) return { problem: 'the key is not that of the certificate' }
    return { from: Date.parse(read.validFrom), until: Date.parse(read.validTo) }
  } catch {
    return { problem: 'they are not a certificate and a private key in PEM form' }
  }
}

/** The expiry of the first certificate of a PEM text, Unix ms; undefined when there is none. */
export function readUntil(certificate: string): number | undefined {
  try {
    return Date.parse(new X509Certificate(certificate).validTo)
  } catch {
    return undefined
  }
}

/**
 * Checks whether clients that trust this authority and ask for this name accept the certificate.
 * @param authority in PEM; its first certificate counts
 * @returns one clause that says why not; undefined when they accept it
 */
export function findMisfit(certificate: string, authority: string, name: string): string | undefined {
  try {
    const [leaf, issuer] = [new X509Certificate(certificate), new X509Certificate(authority)]
    if (leaf.checkHost(name) === undefined) return `its certificate is not for ${name}`
    if (!issuer.ca) return 'its ca.crt is not the certificate of an authority'
    return leaf.checkIssued(issuer) && leaf.verify(issuer.publicKey)
      ? undefined
      : 'its certificate was not signed by the authority in its ca.crt'
  } catch {
    return 'its ca.crt cannot be read'
  }
}

function makeKeys() {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  return { publicKey: publicKey.export({ type: 'spki', format: 'der' }), privateKey }
}

function makeSerial(): Uint8Array {
  const serial = randomBytes(16)
  serial.writeUInt8(0x40 | (serial.readUInt8(0) & 0x3f))
  return serial
}

function toPem(certificate: Uint8Array): string {
  const lines =
    Buffer.from(certificate)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}
