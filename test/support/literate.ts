/**
 * Runs the `sh` blocks of a section of a page, one after another in one directory. Every YAML block of the page that begins with a
 * comment `# name.yaml` is a file there. Other programs than podorder's have stand-ins: `kubectl` checks objects as an API server
 * does, and `npm` builds nothing, since other tests use the built files.
 */
import { LONG_LIMIT_MS } from './time-limit.ts'
import { execa } from 'execa'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const STAND_INS = ['helm', 'kubectl', 'npm']
const LINKED = ['dist', 'examples', 'deploy', 'package.json']

export interface Section {
  readonly title: string
  /** The `sh` blocks of the section. */
  readonly scripts: readonly string[]
}

export interface Page {
  readonly sections: readonly Section[]
  /** The files by name. The last block with a name counts. */
  readonly files: ReadonlyMap<string, string>
}

export function readPage(path: string): Page {
  const text = readFileSync(join(ROOT, path), 'utf8')
  // Blocks are matched too, since comments in them look like headings.
  const headings = [...text.matchAll(/^```.*?^```$|^#+ ([^\n]*)$/gms)].filter(([, title]) => title !== undefined)
  const sections = headings.map((heading, index) => ({
    title: heading[1] ?? '',
    scripts: blocksOf(text.slice(heading.index, headings[index + 1]?.index), 'sh'),
  }))
  const named = blocksOf(text, 'yaml').flatMap((block): readonly (readonly [string, string])[] => {
    const name = /^# (\S+\.yaml)\n/.exec(block)?.[1]
    return name === undefined ? [] : [[name, block]]
  })
  return { sections: sections.filter(({ scripts }) => scripts.length > 0), files: new Map(named) }
}

function blocksOf(text: string, language: string): readonly string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, body = '']) => body)
}

export interface PageRun {
  readonly code: number
  /** Standard output and error, in the order of writing. */
  readonly output: string
}

/** Runs the blocks of a section, each in its own shell, until one fails. */
export async function runSection(
  { scripts }: Section,
  { files }: Page,
  variables: Readonly<Record<string, string>> = {},
): Promise<PageRun> {
  const directory = mkdtempSync(join(tmpdir(), 'podorder-page-'))
  try {
    const bin = layOut(directory, files)
    const env = { PATH: `${bin}:${join(ROOT, 'dist')}:${process.env['PATH']}`, NO_COLOR: '1', ROOT, ...variables }
    let output = ''
    for (const script of scripts) {
      const options = {
        cwd: directory,
        env,
        all: true,
        reject: false,
        stdin: 'ignore',
        timeout: LONG_LIMIT_MS,
      } as const
      const { exitCode = -1, all } = await execa('bash', ['-euo', 'pipefail', '-c', script], options)
      output += `${all}\n`
      if (exitCode !== 0) return { code: exitCode, output: `${output}\n${script}` }
    }
    return { code: 0, output }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Makes the directory for the blocks. @returns the directory of the stand-ins */
function layOut(directory: string, files: ReadonlyMap<string, string>): string {
  for (const name of LINKED) symlinkSync(join(ROOT, name), join(directory, name))
  mkdirSync(join(directory, 'manifests'))
  for (const [name, text] of files) {
    writeFileSync(join(directory, name), text)
    writeFileSync(join(directory, 'manifests', name), text)
  }
  const bin = join(directory, '.bin')
  mkdirSync(bin)
  for (const name of STAND_INS) {
    const script = fileURLToPath(new URL(`./stand-ins/${name}.ts`, import.meta.url))
    writeFileSync(join(bin, name), `#!/bin/sh\nexec '${process.execPath}' '${script}' "$@"\n`)
    chmodSync(join(bin, name), 0o755)
  }
  return bin
}
