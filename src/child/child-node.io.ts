/**
 * Implements the port for Node, which has no FFI: for the npm package where no executable is available, and for tests. Node
 * differs from `child-posix.io.ts`: the command gets a session of its own (no job control in the terminal), its argv and
 * environment pass through UTF-8, orphans are not reaped, and `--exec` needs `process.execve` (Node >= 23.11).
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import type { Readable } from 'node:stream'
import { CODE_NOT_EXECUTABLE, CODE_NOT_FOUND } from '../base/exit-code.ts'
import { codeOf } from '../base/system-error.ts'
import type { Child, Running, Sink, StartFault, Status } from './child.ts'

export function createNodeChild(command: readonly string[]): Child {
  const env = { ...process.env }
  const [program = '', ...args] = command
  return {
    prepare() {},
    async spawn({ stdout, stderr }): Promise<Running | StartFault> {
      const child = spawn(program, args, {
        env,
        detached: true,
        stdio: ['inherit', stdout === undefined ? 'inherit' : 'pipe', stderr === undefined ? 'inherit' : 'pipe'],
      })
      const end = new Promise<Status>((resolve) => {
        child.once('exit', (code, signal) => {
          resolve(signal === null ? { code: code ?? 0 } : { signal: constants.signals[signal] })
        })
      })
      const drains = [drain(child.stdout, stdout), drain(child.stderr, stderr)].filter(
        (drained) => drained !== undefined,
      )
      const drained = drains.length === 0 ? undefined : Promise.all(drains)
      return new Promise((resolve) => {
        child.once('spawn', () => resolve({ pid: child.pid ?? 0, end, drained }))
        child.once('error', (error) => resolve(explain(error, program)))
      })
    },
    signal(pid, signal) {
      try {
        process.kill(-pid, signal)
      } catch {
        // ESRCH: the process has already ended.
      }
    },
    suspend() {},
    replace() {
      for (const candidate of findCandidates(program)) {
        try {
          process.execve?.(candidate, command, env)
        } catch (error) {
          return explain(error, program)
        }
      }
      return {
        code: CODE_NOT_EXECUTABLE,
        why: `this Node cannot replace itself by ${program}; use the executable, or Node >= 23.11`,
      }
    },
    sweep() {},
    shareReaping() {},
    offerToOomKiller() {},
  }
}

/** @returns the files that exist under that name: execve does not search PATH, and a failed execve would end this process */
function findCandidates(program: string): readonly string[] {
  if (program.includes('/')) return [program]
  const found = (process.env['PATH'] ?? '').split(':').map((dir) => `${dir || '.'}/${program}`)
  return found.filter((path) => existsSync(path))
}

function drain(stream: Readable | null, sink: Sink | undefined): Promise<void> | undefined {
  if (stream === null || sink === undefined) return undefined
  return (async () => {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) await sink.take(chunk)
    sink.close()
  })()
}

function explain(error: unknown, program: string): StartFault {
  const code = codeOf(error)
  return code === 'ENOENT'
    ? {
        code: CODE_NOT_FOUND,
        why: `${program}: not found${program.includes('/') ? '' : ` in PATH=${process.env['PATH'] ?? ''}`}`,
      }
    : { code: CODE_NOT_EXECUTABLE, why: `${program}: cannot be executed (${String(code)})` }
}
