/** Runs the credential program of a kubeconfig, and keeps its answer until it expires. */
import { spawn } from 'node:child_process'
import { codeOf, describeError } from '../base/system-error.ts'
import { tidy } from '../base/wording.ts'
import { type ExecProgram, type Identity, readExecCredential, writeExecInfo } from './exec-credential.ts'

export interface Credentials {
  /** @param refused an identity that the server has not accepted */
  get(refused?: Identity): Promise<Identity | { readonly problem: string }>
}

/** So long before it expires, an answer is not used any more. */
const MARGIN_MS = 10_000
const MOST_BYTES = 1024 * 1024

export function createCredentials(program: ExecProgram): Credentials {
  let asked: Promise<Identity | { readonly problem: string }> | undefined
  return {
    async get(refused) {
      const known = await asked
      const good =
        known !== undefined &&
        !('problem' in known) &&
        known !== refused &&
        (known.expiresMs ?? Infinity) - MARGIN_MS > Date.now()
      if (good) return known
      asked = ask(program)
      return asked
    },
  }
}

async function ask(program: ExecProgram): Promise<Identity | { readonly problem: string }> {
  const { user, command, args, env, installHint, interactiveMode } = program
  const say = (what: string): { readonly problem: string } => ({
    problem: `the credentials of user "${user}" come from ${command}: ${what}`,
  })
  const terminal = process.stdin.isTTY
  if (interactiveMode === 'Always' && !terminal) return say('it needs a terminal to ask you, and stdin is not one')
  const interactive = terminal && interactiveMode !== 'Never'
  const child = spawn(command, args, {
    // The program's messages are for the user, such as `run aws sso login`.
    stdio: [interactive ? 'inherit' : 'ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env, KUBERNETES_EXEC_INFO: writeExecInfo(program, interactive) },
  })
  const chunks: Buffer[] = []
  let bytes = 0
  child.stdout?.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > MOST_BYTES) child.kill()
    else chunks.push(chunk)
  })
  const end = await new Promise<{ readonly code: number | null } | { readonly error: unknown }>((resolve) => {
    child.on('error', (error) => resolve({ error }))
    child.on('close', (code) => resolve({ code }))
  })
  if ('error' in end) {
    const missing = codeOf(end.error) === 'ENOENT'
    const hint = installHint === '' ? '' : `; ${tidy(installHint)}`
    return say(missing ? `there is no such program${hint || '; install it'}` : describeError(end.error))
  }
  if (bytes > MOST_BYTES) return say('its answer is longer than 1 MiB')
  if (end.code !== 0) return say(`it ${end.code === null ? 'was killed' : `failed with exit code ${end.code}`}`)
  const identity = readExecCredential(program, Buffer.concat(chunks).toString())
  return 'problem' in identity ? say(identity.problem) : identity
}
