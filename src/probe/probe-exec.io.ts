/** Runs a check or a hook that is a command. */
import { readHiddenVariables } from './hidden-variables.io.ts'
import { explainFault } from './probe-fault.ts'
import type { Check, ProbeResult } from './probe.ts'

/** The limit of pkg/probe/exec. */
const MAX_OUTPUT_BYTES = 10 * 1024

/** Runs a command. It ends only when no process has its output open any more: container runtimes wait for that, too. */
export async function probeExec(
  { argv: [file, ...args] }: Extract<Check, { kind: 'exec' }>,
  over: AbortSignal,
): Promise<ProbeResult> {
  const { execa } = await import('execa')
  const command = execa(file, args, {
    env: readHiddenVariables(),
    stdin: 'ignore',
    all: true,
    buffer: false,
    reject: false,
    cancelSignal: over,
    killSignal: 'SIGKILL',
    killDescendants: true,
  })
  let output = Buffer.alloc(0)
  command.all.on('data', (chunk: Buffer) => {
    output = Buffer.concat([output, chunk.subarray(0, MAX_OUTPUT_BYTES - output.length)])
  })
  const { failed, exitCode, signal, code, originalMessage } = await command
  if (!failed) return { ok: true }
  if (exitCode === undefined && signal === undefined) {
    return { ok: false, why: `cannot run ${file}: ${explainFault(code, originalMessage ?? 'unknown')}` }
  }
  const ending = exitCode === undefined ? `killed by ${signal}` : `exit code ${exitCode}`
  const said = output.toString().trim()
  return { ok: false, why: said === '' ? ending : `${ending}: ${said}` }
}
