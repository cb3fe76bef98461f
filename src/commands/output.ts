/** Where a command's result goes: to stdout, or whole into a file. */

export interface OutputPorts {
  /** Rejects with the system's error. */
  readonly terminal: { write(text: string): Promise<void> | undefined; complain(line: string): void }
  /** All or nothing. Rejects with the system's error. */
  readonly disk: { replaceFile(path: string, text: string): Promise<void> }
  readonly describeError: (error: unknown) => string
}

const CODE_NOT_WRITTEN = 1

/** @param output a path; undefined = stdout. @returns the exit code: when it could not be written, that is told */
export async function writeOutput(text: string, output: string | undefined, ports: OutputPorts): Promise<number> {
  const { terminal, disk, describeError } = ports
  try {
    await (output === undefined ? terminal.write(text) : disk.replaceFile(output, text))
    return 0
  } catch (error) {
    const where = output === undefined ? 'stdout' : output
    const left = output === undefined ? '' : '; nothing was written'
    terminal.complain(`podorder: ${where}: ${describeError(error)}${left}`)
    return CODE_NOT_WRITTEN
  }
}
