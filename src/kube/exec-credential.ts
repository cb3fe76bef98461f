/**
 * Credentials from a program (`exec` of a kubeconfig's user): its input and its answer. Pure.
 * Source: kubernetes/client-go, plugin/pkg/client/auth/exec/exec.go; pkg/apis/clientauthentication.
 */
import { readObject } from '../base/json-object.ts'
import { tidy } from '../base/wording.ts'
import { fieldOf, listOf, textOf } from '../pod/api-object.ts'

export interface ExecProgram {
  /** The user of the kubeconfig, for errors. */
  readonly user: string
  readonly apiVersion: string
  /** A command with a slash is relative to the kubeconfig; any other is found in PATH. */
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly installHint: string
  readonly interactiveMode: 'Never' | 'IfAvailable' | 'Always'
  /** Facts about the cluster, if the program asks for them. */
  readonly cluster: object | undefined
}

/** The credentials that the program printed. */
export interface Identity {
  readonly token?: string
  readonly certificate?: string
  readonly key?: string
  /** ms since 1970; undefined: they do not expire while this process runs. */
  readonly expiresMs?: number
}

const VERSIONS = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1']
const MODES = ['Never', 'IfAvailable', 'Always'] as const

/** @param directory of the kubeconfig, with a slash at its end @param cluster of the context @returns the program, or the problem in one clause */
export function readExecProgram(
  user: string,
  said: unknown,
  cluster: object,
  directory: string,
): ExecProgram | { readonly problem: string } {
  const command = textOf(said, 'command')
  const apiVersion = textOf(said, 'apiVersion')
  const mode = textOf(said, 'interactiveMode') || 'IfAvailable'
  const interactiveMode = MODES.find((known) => known === mode)
  if (command === '') return { problem: 'has an exec without a command' }
  if (!VERSIONS.includes(apiVersion)) {
    return { problem: `has an exec of apiVersion "${tidy(apiVersion)}"; known are ${VERSIONS.join(' and ')}` }
  }
  if (interactiveMode === undefined) {
    return { problem: `has an exec of interactiveMode "${tidy(mode)}"; known are ${MODES.join(', ')}` }
  }
  return {
    ...{ user, apiVersion, interactiveMode, installHint: textOf(said, 'installHint').trim() },
    command: command.includes('/') && !command.startsWith('/') ? `${directory}${command}` : command,
    args: listOf(said, 'args').filter((arg) => typeof arg === 'string'),
    env: Object.fromEntries(listOf(said, 'env').map((one) => [textOf(one, 'name'), textOf(one, 'value')])),
    cluster: fieldOf(said, 'provideClusterInfo') === true ? cluster : undefined,
  }
}

/** The value of KUBERNETES_EXEC_INFO. */
export function writeExecInfo({ apiVersion, cluster }: ExecProgram, interactive: boolean): string {
  const spec = { ...(cluster === undefined ? {} : { cluster }), interactive }
  return JSON.stringify({ kind: 'ExecCredential', apiVersion, spec })
}

/** @returns the credentials, or the problem in one clause */
export function readExecCredential(
  { apiVersion }: ExecProgram,
  output: string,
): Identity | { readonly problem: string } {
  const answer = readObject(output.trim())
  if (answer === undefined || textOf(answer, 'kind') !== 'ExecCredential') {
    return { problem: 'its answer is not an ExecCredential in JSON' }
  }
  const version = textOf(answer, 'apiVersion')
  if (version !== apiVersion) {
    return { problem: `it answers in ${tidy(version) || 'no apiVersion'}, and the kubeconfig says ${apiVersion}` }
  }
  const status = fieldOf(answer, 'status')
  const token = textOf(status, 'token')
  const certificate = textOf(status, 'clientCertificateData')
  const key = textOf(status, 'clientKeyData')
  if ((certificate === '') !== (key === '')) return { problem: 'it gives a certificate or a key, and not both' }
  if (token === '' && key === '') return { problem: 'it gives neither a token nor a certificate' }
  const expiresMs = Date.parse(textOf(status, 'expirationTimestamp'))
  return {
    ...(token === '' ? {} : { token }),
    ...(key === '' ? {} : { certificate, key }),
    ...(Number.isNaN(expiresMs) ? {} : { expiresMs }),
  }
}
