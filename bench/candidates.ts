/** The measured programs: entrypoint, its peers, and the minimum that the kernel allows. */
import { OURS } from './figure.ts'
import { findProgram, type Tools } from './tools.ts'

type Argv = readonly [string, ...string[]]

export interface Candidate {
  readonly name: string
  /** Runs the command at once. */
  readonly run?: (command: Argv) => Argv
  /** Runs the command once the file exists. */
  readonly wait?: (file: string, command: Argv) => Argv
  /** The interval in ms at which it looks for the file; undefined: the kernel notifies it. */
  readonly pollMs?: number
}

/** Returns a command line with which `entrypoint` is replaced by the command. */
export function execArgv(entrypoint: string, command: Argv): Argv {
  return [entrypoint, '--quiet', '--exec', '--', ...command]
}

/** @param directory for the files that Tekton's entrypoint always writes */
export function listCandidates(tools: Tools, directory: string, skip: (message: string) => void): readonly Candidate[] {
  const candidates: Candidate[] = [
    { name: 'bare', run: (command) => command },
    {
      name: 'sh loop',
      wait: (file, command) => ['/bin/sh', '-c', 'until [ -e "$0" ]; do sleep 1; done; exec "$@"', file, ...command],
      pollMs: 1000,
    },
  ]
  const { floor } = tools
  if (floor !== undefined) candidates.push({ name: 'floor', wait: (file, command) => [floor, file, ...command] })
  for (const name of ['tini', 'dumb-init']) {
    const path = findProgram(name)
    if (path === undefined) skip(`${name} is not installed; left out`)
    else candidates.push({ name, run: (command) => [path, '--', ...command] })
  }
  const tekton = process.env['TEKTON_ENTRYPOINT']
  if (tekton === undefined) skip('TEKTON_ENTRYPOINT names no binary; Tekton left out')
  else candidates.push(tektonCandidate(tekton, directory))
  const { entrypoint } = tools
  candidates.push({
    name: OURS,
    run: (command) => [entrypoint, '--quiet', '--', ...command],
    wait: (file, command) => [entrypoint, '--quiet', '--wait-file', file, '--', ...command],
  })
  return candidates
}

/** Gives each run its own files. Tekton appends to the termination message, and a run fails when it exceeds 4096 bytes. */
function tektonCandidate(path: string, directory: string): Candidate {
  let runs = 0
  const files = (): Argv => {
    const own = `${directory}/tekton-${runs++}`
    return ['-termination_path', `${own}/termination`, '-step_metadata_dir', own]
  }
  return {
    name: 'tekton',
    run: ([program, ...args]) => [path, ...files(), '-entrypoint', program, '--', ...args],
    wait: (file, [program, ...args]) => [path, ...files(), '-wait_file', file, '-entrypoint', program, '--', ...args],
    pollMs: 1000,
  }
}
