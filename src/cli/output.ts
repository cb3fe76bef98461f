/** Writes a command's result to stdout, or as a whole to a file. */
import { CODE_FAILED } from '../base/exit-code.ts'
import { describeError } from '../base/system-error.ts'

export interface StdoutPorts {
  /** Rejects with the system's error. */
  readonly terminal: { write(text: string): Promise<void> | undefined; complain(line: string): void }
}

export interface OutputPorts extends StdoutPorts {
  /** Atomic. Rejects with the system's error. */
  readonly disk: { replaceFile(path: string, text: string): Promise<void> }
}

/** @param output a path; undefined = stdout. @returns the exit code; a failure is reported on the terminal */
export async function writeOutput(text: string, output: string | undefined, ports: OutputPorts): Promise<number> {
  if (output === undefined) return writeStdout(text, ports)
  try {
    await ports.disk.replaceFile(output, text)
    return 0
  } catch (error) {
    ports.terminal.complain(`podorder: ${output}: ${describeError(error)}; nothing was written`)
    return CODE_FAILED
  }
}

/** @returns the exit code; a failure is reported on the terminal */
export async function writeStdout(text: string, { terminal }: StdoutPorts): Promise<number> {
  try {
    await terminal.write(text)
    return 0
  } catch (error) {
    terminal.complain(`podorder: stdout: ${describeError(error)}`)
    return CODE_FAILED
  }
}
