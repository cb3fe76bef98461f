/**
 * Writes certificates for the webhook's service: X.509 v3 (RFC 5280) with ECDSA on P-256. Node and Bun can read certificates but not
 * write them. Pure: the caller makes keys and signatures.
 */
import * as der from './der.ts'

export interface CertificateWish {
  /** The common name; also the issuer's when self-signed. */
  readonly subject: string
  readonly issuer: string
  /** Unique for the issuer; at most 20 bytes, the first below 0x80. */
  readonly serial: Uint8Array
  /** Identifies the issuer's key; an authority is its own issuer. */
  readonly issuerKeyId: Uint8Array
  /** Unix ms. */
  readonly from: number
  readonly until: number
  /** SubjectPublicKeyInfo in DER. */
  readonly publicKey: Uint8Array
  /** `authority` signs other certificates; `server` has these DNS names. */
  readonly role: { readonly kind: 'authority' } | { readonly kind: 'server'; readonly names: readonly string[] }
}

const COMMON_NAME = '2.5.4.3'
const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2'
const SUBJECT_KEY_ID = '2.5.29.14'
const KEY_USAGE = '2.5.29.15'
const ALTERNATIVE_NAMES = '2.5.29.17'
const BASIC_CONSTRAINTS = '2.5.29.19'
const AUTHORITY_KEY_ID = '2.5.29.35'
const EXTENDED_KEY_USAGE = '2.5.29.37'
const SERVER_AUTHENTICATION = '1.3.6.1.5.5.7.3.1'

/** Bits of KeyUsage: keyCertSign and digitalSignature, with the number of unused bits of the byte. */
const SIGNS_CERTIFICATES = der.bits(Uint8Array.of(0b0000_0100), 2)
const SIGNS_DATA = der.bits(Uint8Array.of(0b1000_0000), 7)

const DNS_NAME = 2

/**
 * @param sign ECDSA with SHA-256 by the issuer's key, the signature in DER
 * @returns DER
 */
export function writeCertificate(wish: CertificateWish, sign: (content: Uint8Array) => Uint8Array): Uint8Array {
  const algorithm = der.sequence(der.identifier(ECDSA_WITH_SHA256))
  const content = der.sequence(
    der.field(0, der.integer(Uint8Array.of(2)), true),
    der.integer(wish.serial),
    algorithm,
    nameOf(wish.issuer),
    der.sequence(der.time(wish.from), der.time(wish.until)),
    nameOf(wish.subject),
    wish.publicKey,
    der.field(3, der.sequence(...listExtensions(wish)), true),
  )
  return der.sequence(content, algorithm, der.bits(sign(content)))
}

function nameOf(commonName: string): Uint8Array {
  return der.sequence(der.set(der.sequence(der.identifier(COMMON_NAME), der.text(commonName))))
}

function listExtensions({ role, issuerKeyId }: CertificateWish): readonly Uint8Array[] {
  if (role.kind === 'authority') {
    return [
      critical(BASIC_CONSTRAINTS, der.sequence(der.TRUE)),
      critical(KEY_USAGE, SIGNS_CERTIFICATES),
      extension(SUBJECT_KEY_ID, der.octets(issuerKeyId)),
    ]
  }
  const names = role.names.map((name) => der.field(DNS_NAME, der.utf8(name), false))
  return [
    critical(BASIC_CONSTRAINTS, der.sequence()),
    critical(KEY_USAGE, SIGNS_DATA),
    extension(AUTHORITY_KEY_ID, der.sequence(der.field(0, issuerKeyId, false))),
    extension(EXTENDED_KEY_USAGE, der.sequence(der.identifier(SERVER_AUTHENTICATION))),
    extension(ALTERNATIVE_NAMES, der.sequence(...names)),
  ]
}

function extension(id: string, value: Uint8Array): Uint8Array {
  return der.sequence(der.identifier(id), der.octets(value))
}

function critical(id: string, value: Uint8Array): Uint8Array {
  return der.sequence(der.identifier(id), der.TRUE, der.octets(value))
}
