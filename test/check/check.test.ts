/** What check says of the manifests that inject is tested with: the two agree on each. */
import test from 'ava'
import * as fc from 'fast-check'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { readManifestFile } from '../../src/cli/disk.io.ts'
import type { RuleId } from '../../src/check/rules.ts'
import { arbitraryManifest } from '../support/arbitrary-manifest.ts'
import { check, findings, type Report } from '../support/check.ts'
import { type Given, inject } from '../support/inject.ts'

const CASES = new URL('../manifests/', import.meta.url)

/** `flags.txt` has words of the command line, one a line. */
function readGiven(folder: URL): Given {
  const config = new URL('image-config.json', folder)
  const flags = new URL('flags.txt', folder)
  const words = existsSync(flags) ? readFileSync(flags, 'utf8').trim().split('\n') : []
  const of = (flag: string) =>
    words.flatMap((word) => (word.startsWith(`--${flag}=`) ? [word.slice(flag.length + 3)] : []))
  const options = { binSource: 'bin-source', requests: 'requests', root: 'root' }
  const rewrite = Object.fromEntries(
    Object.entries(options).flatMap(([option, flag]) => of(flag).map((value) => [option, value])),
  )
  return { rewrite, only: of('only'), imageConfig: existsSync(config) ? JSON.parse(readFileSync(config, 'utf8')) : {} }
}

/** What inject refuses a manifest for; the others are about where the pod will run. */
const REFUSALS: readonly string[] = ['syntax', 'order', 'rewrite', 'command'] satisfies readonly RuleId[]

/** Without the words before it. */
function listComplaints(stderr: string): readonly string[] {
  return (
    stderr
      .split('\n')
      .map((line) => line.replace(/^podorder: (?:warning: )?/, ''))
      // Of what is no fault, each speaks for itself.
      .filter(
        (line) =>
          !/^$|its layout could not be kept|^no pod in .* has an order|: \d+ of \d+ containers? ordered$|^and \d+ more pods/.test(
            line,
          ),
      )
  )
}

for (const name of readdirSync(CASES)) {
  const folder = new URL(`${name}/`, CASES)
  const file = readdirSync(folder).find((entry) => entry.startsWith('in.')) ?? ''
  const read = (): Promise<string> => readManifestFile(new URL(file, folder).pathname)

  test(`check and inject agree: ${name}`, async (t) => {
    const given = readGiven(folder)
    const injected = await inject(file, read, given)
    const checked = await check(file, read, given)
    t.is(checked.code > 0, injected.code > 0, checked.stdout + checked.stderr)
    const said = checked.stdout.replaceAll(/^([^ ]+) (?:error|warning|note):/gm, '$1') + checked.stderr
    for (const complaint of listComplaints(injected.stderr)) t.true(said.includes(complaint), complaint)
  })
}

test('check and inject agree on any manifest', async (t) => {
  await fc.assert(
    fc.asyncProperty(arbitraryManifest, async ({ text }) => {
      const injected = await inject('in.yaml', text)
      const checked = await check('in.yaml', text, { format: 'json' })
      const { summary, findings } = JSON.parse(checked.stdout) as Report
      const refusals = findings.filter(({ rule, level }) => REFUSALS.includes(rule) && level === 'error')
      t.is(refusals.length > 0, injected.code > 0, injected.stderr)
      t.is(checked.code, summary.errors > 0 ? 1 : 0)
      t.is(summary.errors + summary.warnings + summary.notes, findings.length)
    }),
    { numRuns: Number(process.env['RUNS'] ?? 60) },
  )
})

test('an image that exists for other platforms only is told, at its place', async (t) => {
  const text =
    'kind: Pod\nmetadata: {annotations: {podorder.io/steps: "a, b"}}\nspec:\n  restartPolicy: Never\n  containers:\n    - {name: a, image: s}\n    - {name: b, image: t}\n'
  const on: Readonly<Record<string, readonly string[]>> = {
    s: ['linux/s390x', 'linux/arm/v7'],
    t: ['linux/s390x', 'linux/arm64'],
  }
  const found = await findings(text, {}, (wanted) =>
    Promise.resolve(wanted.map(({ image }) => ({ words: ['/app'], on: on[image] ?? [] }))),
  )
  t.is(found.length, 1)
  t.like(found[0], { rule: 'architecture', level: 'error', container: 'a', at: { line: 6, column: 24 } })
  t.regex(found[0]?.what ?? '', /^its image exists for s390x, arm only;/)
})

test('lists that are none are refused by both, in one sentence each', async (t) => {
  const pod = (spec: string, container: string): string =>
    `kind: Pod\nmetadata: {annotations: {podorder.io/steps: "a, b"}}\nspec:\n  ${spec}\n  containers:\n    - {name: a, command: [x]}\n    - {name: b, command: [x], ${container}}\n`
  for (const [spec, container] of [
    ['volumes: 5', ''],
    ['volumes: {a: b}', ''],
    ['volumes: [null]', ''],
    ['', 'volumeMounts: x'],
    ['', 'env: [1]'],
  ] as const) {
    const { code, stderr } = await inject('in.yaml', pod(spec, container))
    t.is(code, 2)
    t.regex(stderr, /^in\.yaml:\d+:\d+: .*(?:not a list|not a map); .*\n$/)
    t.is((await check('in.yaml', pod(spec, container))).code, 1)
  }
})
