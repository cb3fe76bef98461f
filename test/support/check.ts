/** Runs `podorder check` in this process, with real adapters, one manifest in memory, and captured output. */
import { checkManifests, type CheckOptions, type CheckPorts } from '../../src/check/check.ts'
import type { Finding, Summary } from '../../src/check/finding.ts'
import { capture, type Given, IMAGE, lookUpOffline, type Said, type Source } from './inject.ts'

/** The output of `--format json`. */
export interface Report {
  readonly version: number
  readonly findings: readonly Finding[]
  readonly summary: Summary
}

/** @param file the name in findings @param source the text, or a function that reads it @param find replaces the lookup of images */
export async function check(
  file: string,
  source: Source,
  { rewrite, only = [], imageConfig, ...options }: Given & Partial<Pick<CheckOptions, 'format' | 'strict'>> = {},
  find: CheckPorts['findCommands'] = lookUpOffline(imageConfig),
): Promise<Said> {
  return capture(source, (ports) =>
    checkManifests(
      {
        ...{ paths: [file], recursive: false, only, format: 'text', strict: false },
        ...options,
        rewrite: { image: IMAGE, ...rewrite },
      },
      { ...ports, findCommands: find },
    ),
  )
}

export async function findings(
  text: string,
  given: Given = {},
  find?: CheckPorts['findCommands'],
): Promise<readonly Finding[]> {
  const { stdout } = await check('in.yaml', text, { ...given, format: 'json' }, find)
  return (JSON.parse(stdout) as Report).findings
}
