/** The version is package.json's; wherever it has to be repeated, it is the same. */
import test from 'ava'
import { execa } from 'execa'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import lock from '../package-lock.json' with { type: 'json' }
import manifest from '../package.json' with { type: 'json' }

const { version } = manifest

/** What a user copies from: only here may an image be named with a version. */
const PLACES = [
  'README.md',
  'CONTRIBUTING.md',
  'Dockerfile',
  ...['deploy', 'docs', 'examples', '.github'].flatMap(list),
]

function list(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

test('the lock file has it', (t) => {
  t.deepEqual([lock.version, lock.packages[''].version], [version, version])
})

for (const place of PLACES) {
  const named = [...readFileSync(place, 'utf8').matchAll(/\b(?:podorder:v?|VERSION=|newTag: )(\d[\w.-]*\w)/g)]
  if (named.length > 0) {
    test(`${place} names the image of this version`, (t) => {
      t.deepEqual(
        named.map(([, found]) => found).filter((found) => found !== version),
        [],
      )
    })
  }
}

test('both programs say it, in words and for programs', async (t) => {
  for (const [program, words] of [
    ['podorder', ['--version']],
    ['kubectl-podorder', ['-V']],
    ['entrypoint', ['--version']],
  ] as const) {
    t.is((await execa(`dist/${program}`, words)).stdout, `${program.replace('kubectl-', '')} ${version}`)
  }
  const { stdout } = await execa('dist/podorder', ['version'])
  t.regex(stdout, new RegExp(String.raw`^podorder ${version} \(bun \d+\.\d+\.\d+, linux ${process.arch}\)$`))
  t.deepEqual(JSON.parse((await execa('dist/podorder', ['version', '--json'])).stdout), {
    version,
    runtime: { name: 'bun', version: stdout.split(' ')[3]?.replace(',', '') },
    platform: 'linux',
    arch: process.arch,
  })
})
