/** Runs `podorder webhook`, as the executable and as its source on Node, with a client that trusts its certificate. */
import type { ExecutionContext } from 'ava'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { type ClientRequest, type IncomingMessage, request as requestPlainly } from 'node:http'
import { Agent, request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { eventually, inTime } from './eventually.ts'

const SOURCE = fileURLToPath(new URL('../../cmd/podorder.ts', import.meta.url))
const EXECUTABLE = fileURLToPath(new URL('../../dist/podorder', import.meta.url))

export type Runtime = 'node' | 'bun'

export interface LogLine {
  readonly event: string
  readonly message: string
  readonly port?: number
  readonly [detail: string]: unknown
}

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

export interface Webhook {
  readonly pid: number
  lines(): readonly LogLine[]
  stderr(): string
  says(event: string): Promise<LogLine>
  signal(signal: NodeJS.Signals): void
  readonly code: Promise<number | null>
  /** Resolves with the HTTPS port, when it is open. */
  port(): Promise<number>
  /** Sends a review. @param host the host name in the request */
  post(body: string, ca: string, host?: string): Promise<Reply>
  /** Gets a path from the HTTP port. */
  get(path: string): Promise<Reply>
}

export function openDirectory(t: ExecutionContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'podorder-webhook-'))
  t.teardown(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

/** @param t the webhook is killed when this test ends */
export function startWebhook(
  t: ExecutionContext,
  args: readonly string[],
  { runtime = 'bun', env = {} }: { readonly runtime?: Runtime; readonly env?: Readonly<Record<string, string>> } = {},
): Webhook {
  const [program, ...lead] = runtime === 'node' ? ([process.execPath, SOURCE] as const) : ([EXECUTABLE] as const)
  const child = spawn(program, [...lead, 'webhook', '--port', '0', '--health-port', '0', ...args], {
    env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (piece: string) => (stderr += piece))
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  t.teardown(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const lines = (): readonly LogLine[] =>
    stderr
      .split('\n')
      .slice(0, -1)
      .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as LogLine] : []))
  const says: Webhook['says'] = (event) =>
    eventually(`the webhook says ${event}; so far: ${stderr}`, () => lines().find((line) => line.event === event))
  const portOf = async (event: string): Promise<number> => (await says(event)).port ?? -1
  return {
    pid: child.pid ?? -1,
    lines,
    stderr: () => stderr,
    says,
    signal: (signal) => void child.kill(signal),
    code: inTime('the end of the webhook', ended, () => stderr),
    port: () => portOf('listening'),
    async post(body, ca, host = 'localhost') {
      const agent = new Agent({ ca, servername: host })
      const path = '/mutate?timeout=10s'
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
      const where = { host: '127.0.0.1', port: await portOf('listening'), path, method: 'POST', agent, headers }
      return readReply((take) => request(where, take), body)
    },
    async get(path) {
      const where = { host: '127.0.0.1', port: await portOf('health'), path, agent: false }
      return readReply((take) => requestPlainly(where, take), '')
    },
  }
}

function readReply(send: (take: (response: IncomingMessage) => void) => ClientRequest, body: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const asked = send((response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (piece: string) => (text += piece))
      response.on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
    })
    asked.on('error', reject)
    asked.end(body)
  })
}
