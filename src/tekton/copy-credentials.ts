/** Copies mounted secrets to the places where git and registry clients look for them. */
import { describeError } from '../base/system-error.ts'
import { buildCredentials, COPIED, type CredentialFlags, CREDENTIALS_DIR } from './credentials.ts'
import { readPlainText } from './plain-file.ts'
import type { TektonPorts } from './ports.ts'

type Ports = Pick<TektonPorts, 'files' | 'openDisk' | 'log' | 'env'>

/** Writes the files that are made from the secrets. @returns a sentence about a fault in the flags or a missing secret */
export async function provideCredentials(flags: CredentialFlags, ports: Ports): Promise<string | undefined> {
  if (Object.values(flags).every((given) => given.length === 0)) return undefined
  const disk = await ports.openDisk()
  const read = (path: string): string | undefined => {
    try {
      return readPlainText(path, ports.files)
    } catch {
      return undefined
    }
  }
  const credentials = buildCredentials(flags, read)
  if ('problem' in credentials) return credentials.problem
  for (const warning of credentials.warnings) warn(warning, ports)
  for (const { path, content } of credentials.files) {
    attempt(`${CREDENTIALS_DIR}/${path}`, () => disk.writeSecret(`${CREDENTIALS_DIR}/${path}`, content), ports)
  }
  return undefined
}

/** Copies the files to HOME for this step's user. Faults are warnings only, since a step also runs without credentials. */
export async function copyCredentialsHome(ports: Ports): Promise<void> {
  let names: readonly string[]
  try {
    names = ports.files.list(CREDENTIALS_DIR).filter((name) => COPIED.includes(name))
  } catch {
    // The directory is missing when Tekton's feature flag disable-creds-init is set.
    return
  }
  if (names.length === 0) return
  const home = ports.env['HOME'] ?? ''
  if (home === '') return warn('HOME is not set, so none are copied', ports)
  const disk = await ports.openDisk()
  for (const name of names) {
    attempt(`${home}/${name}`, () => disk.copySecrets(`${CREDENTIALS_DIR}/${name}`, `${home}/${name}`), ports)
  }
}

function attempt(path: string, write: () => void, ports: Ports): void {
  try {
    write()
  } catch (error) {
    warn(`cannot write ${path}: ${describeError(error)}`, ports)
  }
}

function warn(what: string, { log }: Ports): void {
  log({ event: 'error', message: `credentials: ${what}` })
}
