/** Runs `entrypoint wait …`, as the executable and as its source on Node, with the fake API server. */
import type { ExecutionContext } from 'ava'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ApiServer, startApiServer } from './api-server.ts'
import { createAuthority } from './certificates.ts'
import { eventually, inTime } from './eventually.ts'
import { writeKubeconfig } from './kubeconfig.ts'

const SOURCE = fileURLToPath(new URL('../../cmd/entrypoint.ts', import.meta.url))
const EXECUTABLE = fileURLToPath(new URL('../../dist/entrypoint', import.meta.url))

export interface Waiting {
  readonly pid: number
  /** Returns the lines without time and name. */
  lines(): readonly string[]
  stdout(): string
  says(text: string): Promise<unknown>
  signal(signal: NodeJS.Signals): void
  readonly code: Promise<number | null>
}

export interface Cluster {
  readonly dir: string
  readonly server: ApiServer
  /** The path of a kubeconfig for the server. */
  readonly kubeconfig: string
  readonly wait: (words: readonly string[], options?: WaitOptions) => Waiting
}

export interface WaitOptions {
  readonly runtime?: 'node' | 'bun'
  readonly env?: Readonly<Record<string, string>>
  /** A command before the program that runs its arguments at its end. */
  readonly prefix?: readonly string[]
}

export async function openCluster(t: ExecutionContext): Promise<Cluster> {
  const dir = mkdtempSync(join(tmpdir(), 'podorder-wait-'))
  const authority = createAuthority(dir)
  const server = await startApiServer({ authority })
  const kubeconfig = join(dir, 'kubeconfig')
  writeFileSync(join(dir, 'token'), 'secret-token')
  writeFileSync(join(dir, 'ca.crt'), authority.certificate)
  writeKubeconfig(kubeconfig, { server, authority, user: '{tokenFile: token}', namespace: 'rec' })
  const children: ChildProcess[] = []
  t.teardown(async () => {
    for (const child of children) child.kill('SIGKILL')
    await server.close()
    rmSync(dir, { recursive: true })
  })
  const wait: Cluster['wait'] = (words, { runtime = 'bun', env = {}, prefix = [] } = {}) => {
    const [program = '', ...rest] = [...prefix, ...(runtime === 'bun' ? [EXECUTABLE] : [process.execPath, SOURCE])]
    const child = spawn(program, [...rest, ...words], {
      cwd: dir,
      env: { PATH: process.env['PATH'] ?? '', KUBECONFIG: kubeconfig, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    children.push(child)
    return observe(child, words)
  }
  return { dir, server, kubeconfig, wait }
}

function observe(child: ChildProcess, words: readonly string[]): Waiting {
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const { promise, resolve } = Promise.withResolvers<number | null>()
  child.once('close', resolve)
  const lines = (): readonly string[] =>
    stderr.split('\n').flatMap((line) => (line === '' ? [] : [line.replace(/^\S+Z entrypoint: /, '')]))
  return {
    pid: child.pid ?? 0,
    lines,
    stdout: () => stdout,
    async says(text) {
      const seen = eventually(`"${text}"`, () => lines().some((line) => line.includes(text)))
      return seen.catch((error: unknown) => {
        throw new Error(
          `${words.join(' ')} has said:
${stderr}`,
          { cause: error },
        )
      })
    },
    signal: (signal) => void child.kill(signal),
    get code() {
      return inTime('its end', promise, () => `${words.join(' ')}\n${stderr}`)
    },
  }
}
