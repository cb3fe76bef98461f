/** Which manifests a command reads, and from where. */
import type { Command } from 'commander'
import { collect } from './image-lookup.ts'

/** As commander hands them over: a switch that was not given is not there. */
export interface GivenManifests {
  readonly filename: readonly string[]
  readonly recursive?: boolean
  readonly only: readonly string[]
}

export function addManifests(command: Command): Command {
  return addManifestOptions(command.argument('[files...]'))
}

/** Where operands are something else. */
export function addManifestOptions(command: Command): Command {
  return command
    .option('-f, --filename <manifest>', 'a file, a directory or - for stdin; repeatable', collect, [])
    .option('-R, --recursive', 'directories of directories too')
    .option('--only <KIND/NAME>', 'this pod or workload only; repeatable', collect, [])
}

export interface WantedManifests {
  readonly paths: readonly string[]
  readonly recursive: boolean
  readonly only: readonly string[]
}

/** @returns one sentence when none is named */
export function readManifests(
  files: readonly string[],
  { filename, recursive = false, only }: GivenManifests,
): WantedManifests | string {
  const paths = [...filename, ...files]
  if (paths.length === 0) return 'no manifest; give one with -f FILE, or -f - for stdin'
  return { paths, recursive, only }
}
