/** A certificate authority for tests, and the certificates that it signs. openssl makes them when needed. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Certificate {
  readonly certificate: string
  readonly key: string
}

export interface Authority extends Certificate {
  /** @param subject such as `/CN=jane/O=admins` @param alternatives such as `IP:127.0.0.1,DNS:localhost`; undefined for a client */
  sign(subject: string, alternatives?: string): Certificate
}

/** @param dir the directory for its files */
export function createAuthority(dir: string): Authority {
  let made = 0
  const make = (subject: string, extensions: readonly string[], more: readonly string[]): Certificate => {
    const name = join(dir, `certificate-${made++}`)
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
        ...['-subj', subject, '-keyout', `${name}.key`, '-out', `${name}.crt`],
        ...extensions.flatMap((extension) => ['-addext', extension]),
        ...more,
      ],
      { stdio: 'pipe' },
    )
    return { certificate: readFileSync(`${name}.crt`, 'utf8'), key: readFileSync(`${name}.key`, 'utf8') }
  }
  const own = make('/CN=test-authority', ['keyUsage=critical,keyCertSign'], [])
  const signed = ['-CA', join(dir, 'certificate-0.crt'), '-CAkey', join(dir, 'certificate-0.key')]
  return {
    ...own,
    sign: (subject, alternatives) =>
      make(
        subject,
        [
          'basicConstraints=critical,CA:FALSE',
          ...(alternatives === undefined ? [] : [`subjectAltName=${alternatives}`]),
        ],
        signed,
      ),
  }
}
