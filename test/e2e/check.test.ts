/** `podorder check` as people and CI call it. */
import test from 'ava'
import { execa } from 'execa'
import { statSync, writeFileSync } from 'node:fs'
import { RULE_IDS } from '../../src/check/rules.ts'
import { INSTALLED_BYTES } from '../../src/check/storage.ts'
import { version } from '../../src/base/version.ts'
import type { Report } from '../support/check.ts'
import { writeManifest } from '../support/manifest.ts'
import { openPlace } from '../support/podorder.ts'

const READY = writeManifest()
/** The db has no probe, so to wait for it to be ready would say something else. */
const GOOD = READY.replace('web: {db: ready}', 'web: {db: started}')
const WRONG = READY.replace('web: {db: ready}', 'web: {dv: ready}')
/** One that a cluster can pull. */
const IMAGE = ['--image', 'registry.example/podorder:1']
/** It is held, and so it is warned about. */
const DOUBTFUL = READY.replace('web: {db: ready}', 'web: {db: completed}')

test('the exit code tells whether there are errors, and stderr how many of what', async (t) => {
  const place = openPlace(t)
  for (const [name, text] of Object.entries({ GOOD, WRONG, DOUBTFUL })) place.write(`${name}.yaml`, text)
  const good = await place.run(['check', 'GOOD.yaml', ...IMAGE])
  t.deepEqual([good.code, good.stdout, good.stderr], [0, '', 'podorder: nothing wrong with 1 pod in 1 file\n'])
  const wrong = await place.run(['check', '-f', 'WRONG.yaml'])
  t.is(wrong.code, 1)
  t.is(wrong.stdout, 'WRONG.yaml:7:36: error: container "web": unknown container "dv"; did you mean "db"? [order]\n')
  t.is(wrong.stderr, 'podorder: 1 error in 1 file\n')
  const doubtful = await place.run(['check', 'DOUBTFUL.yaml', ...IMAGE])
  t.is(doubtful.code, 0)
  t.regex(doubtful.stdout, /^DOUBTFUL\.yaml:\d+:\d+: warning: .* \[advice\]\n$/)
  t.is((await place.run(['check', '--strict', 'DOUBTFUL.yaml'])).code, 1)
})

test('directories, several files and stdin are taken as inject takes them', async (t) => {
  const place = openPlace(t)
  place.write('all/one.yaml', WRONG)
  place.write('all/below/two.json', GOOD)
  place.write('all/notes.txt', 'no manifest')
  t.regex((await place.run(['check', 'all'])).stderr, / in 1 file$/m)
  const { stdout, stderr } = await place.run(['check', '-R', 'all', '-f', '-', ...IMAGE], { stdin: DOUBTFUL })
  t.is(stderr, 'podorder: 1 error, 1 warning in 3 files\n')
  t.deepEqual(
    stdout.split('\n').map((line) => line.split(':')[0]),
    ['stdin', 'all/one.yaml', ''],
  )
  const only = await place.run(['check', '--only', 'Pod/shop', '-'], {
    stdin: `${WRONG.replace('name: shop', 'name: x')}---\n${GOOD}`,
  })
  t.is(only.code, 0, only.stdout)
})

test('JSON and SARIF have the same findings as the text', async (t) => {
  const place = openPlace(t)
  const stdin = `${WRONG}---\n${DOUBTFUL}`
  const [text, json, sarif] = await Promise.all(
    ['text', 'json', 'sarif'].map((format) => place.run(['check', '--format', format, '-', ...IMAGE], { stdin })),
  )
  const report = JSON.parse(json?.stdout ?? '') as Report
  t.is(report.version, 1)
  t.deepEqual(report.summary, { files: 1, pods: 2, errors: 1, warnings: 1, notes: 0 })
  const lines = report.findings.map(({ rule, level, file, at, container, what, fix }) => {
    const whose = container === undefined ? '' : `container "${container}": `
    return `${file}:${at.line}:${at.column}: ${level}: ${whose}${what}; ${fix} [${rule}]\n`
  })
  t.is(text?.stdout, lines.join(''))
  const { runs } = JSON.parse(sarif?.stdout ?? '') as { runs: { results: { ruleId: string; level: string }[] }[] }
  t.deepEqual(
    runs[0]?.results.map(({ ruleId, level }) => [ruleId, level]),
    report.findings.map(({ rule, level }) => [rule, level]),
  )
  t.deepEqual([text?.code, json?.code, sarif?.code], [1, 1, 1])
})

test('what asks for a limit, in another file, counts for the pods of its namespace', async (t) => {
  const place = openPlace(t)
  place.write('pod.yaml', GOOD.replace('name: shop', 'name: shop\n  namespace: shop'))
  place.write(
    'quota.yaml',
    'apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: cores, namespace: shop}\nspec: {hard: {limits.cpu: 4}}\n',
  )
  t.is((await place.run(['check', 'pod.yaml'])).code, 0)
  const { code, stdout } = await place.run(['check', 'pod.yaml', 'quota.yaml'])
  t.is(code, 1)
  t.regex(stdout, /ResourceQuota "cores" refuses podorder-init/)
})

test('what cannot be looked at is one sentence, and 2', async (t) => {
  const place = openPlace(t)
  place.write('empty/readme.txt', '')
  writeFileSync(place.path('binary.yaml'), Buffer.from([0x7f, 0x45, 0xff, 0x00]))
  writeFileSync(place.path('large.yaml'), Buffer.alloc(33 * 2 ** 20, '#'))
  const calls: readonly (readonly [readonly string[], RegExp])[] = [
    [['check'], /^podorder: no manifest; give one with -f FILE/],
    [['check', 'missing.yaml'], /^missing\.yaml: no such file/],
    [['check', 'empty'], /^empty: no \.yaml, \.yml or \.json file is in it/],
    [['check', 'binary.yaml'], /^binary\.yaml: line 1 is not UTF-8; save it as UTF-8/],
    [['check', 'large.yaml'], /^large\.yaml: more than 32 MiB; split it/],
    [['check', '--format', 'xml', 'a.yaml'], /^podorder: .*format/],
    [['check', '--only', 'Pod/x', '-'], /^podorder: --only: there is no Pod\/x/],
  ]
  for (const [words, sentence] of calls) {
    const { code, stdout, stderr } = await place.run(words, { stdin: GOOD })
    t.deepEqual([code, stdout], [2, ''], words.join(' '))
    t.regex(stderr, sentence)
    t.is(stderr.trim().split('\n').length, 1)
  }
})

test("an image that only this machine has is warned about: podorder's own once, each other one at its place", async (t) => {
  const place = openPlace(t)
  const two = [GOOD, GOOD.replace('example/web:1', 'localhost/web:1').replace('name: shop', 'name: two')].join('---\n')
  const check = async (...words: readonly string[]) => {
    const { code, stdout } = await place.run(['check', '-', ...words], { stdin: two })
    t.is(code, 0)
    return stdout.match(
      /^stdin:\d+:\d+: warning: container "[^"]+": image "[^"]+" is not in a registry|^.*\[(?!image)/gm,
    )
  }
  const [own, web] = [
    `stdin:2:1: warning: container "podorder-init": image "localhost/podorder:${version}"`,
    'stdin:30:14: warning: container "web": image "localhost/web:1"',
  ]
  t.deepEqual(await check(), [`${own} is not in a registry`, `${web} is not in a registry`])
  t.deepEqual(await check(...IMAGE), [`${web} is not in a registry`])
  t.deepEqual(await check('--image-pull-policy', 'Never'), [`${web} is not in a registry`])
})

test('what check says of its rules is told when it cannot be written', async (t) => {
  const end = await execa('sh', ['-c', 'exec dist/podorder check --rules > /dev/full'], { reject: false })
  t.deepEqual([end.exitCode, end.stderr], [1, 'podorder: stdout: no space left on the volume (ENOSPC)'])
})

test('files without any pod, and words that are no names, are nothing to be wrong', async (t) => {
  const place = openPlace(t)
  for (const stdin of [
    '',
    '# only a comment\n',
    '--- 5\n',
    'kind: __proto__\n',
    '{"kind":"List","items":[null,{"kind":"constructor"}]}',
  ]) {
    const { code, stdout, stderr } = await place.run(['check', '-'], { stdin })
    t.deepEqual([code, stdout, stderr], [0, '', 'podorder: no pod in 1 file has an order\n'], stdin)
  }
  const odd =
    'kind: Pod\nmetadata: {namespace: __proto__, annotations: {podorder.io/depends-on: "__proto__: constructor"}}\nspec: {containers: [{name: a, command: [a]}]}\n'
  const { code, stdout } = await place.run(['check', '-'], { stdin: odd })
  t.is(code, 1)
  t.regex(stdout, /unknown container "__proto__"/)
})

test('a file that is no YAML is an error at its place', async (t) => {
  const place = openPlace(t)
  const { code, stdout } = await place.run(['check', '-'], { stdin: 'kind: Pod\nspec: [1\n' })
  t.is(code, 1)
  t.regex(stdout, /^stdin:\d+:\d+: error: .* \[syntax\]\n/)
})

test('a command that only its image knows is an error without the image, and none with it', async (t) => {
  const place = openPlace(t)
  const stdin = GOOD.replace('      command: [postgres]\n', '')
  const { code, stdout } = await place.run(['check', '--offline', '-', ...IMAGE], { stdin })
  t.is(code, 1)
  t.regex(
    stdout,
    /^stdin:11:14: error: container "db": the command of image "postgres:16" is not known.* \[command\]\n$/,
  )
  place.write('images.json', '{"postgres:16": {"entrypoint": ["postgres"]}}')
  t.is((await place.run(['check', '--image-config', 'images.json', '-'], { stdin })).code, 0)
})

test('levels are painted where colours are wanted, and only there', async (t) => {
  const place = openPlace(t)
  const paint = (env: Readonly<Record<string, string>>) => place.run(['check', '-'], { stdin: WRONG, env })
  t.true((await paint({ FORCE_COLOR: '1' })).stdout.includes('\u001B[1;31merror\u001B[m: '))
  t.false((await paint({})).stdout.includes('\u001B'))
  const json = await place.run(['check', '--format', 'json', '-'], { stdin: WRONG, env: { FORCE_COLOR: '1' } })
  t.false(json.stdout.includes('\u001B'))
})

test('a reader that has seen enough is no error', async (t) => {
  const place = openPlace(t)
  place.write('many.yaml', Array.from({ length: 3000 }, () => DOUBTFUL).join('---\n'))
  const run = place.start(['check', 'many.yaml'])
  run.closeStdout()
  const { code, signal } = await run.end
  t.deepEqual([code, signal], [0, null])
})

test('--rules tells of each rule', async (t) => {
  const place = openPlace(t)
  const { code, stdout } = await place.run(['check', '--rules'])
  t.is(code, 0)
  t.deepEqual(stdout.match(/^[a-z-]+(?=: )/gm), [...RULE_IDS])
})

test('what is said of the size of the executable holds', (t) => {
  const libraries = 3.2e6
  const size = statSync(new URL('../../dist/entrypoint', import.meta.url)).size + libraries
  t.true(size <= INSTALLED_BYTES && size > 0.9 * INSTALLED_BYTES, `${size}`)
})

const ODD_PODS: readonly (readonly [what: string, kind: string, spec: string, says: string])[] = [
  [
    'a kind in small letters',
    'pod',
    'containers: [{name: a, image: x}]',
    '2:7: error: unknown kind "pod"; did you mean "Pod"?',
  ],
  [
    'a kind in the plural',
    'Pods',
    'containers: [{name: a, image: x}]',
    '2:7: error: unknown kind "Pods"; did you mean "Pod"?',
  ],
  // Names in the order are echoes of what is wrong with the containers.
  [
    'containers that are no list',
    'Pod',
    'containers: a',
    '9:15: error: containers is text, not a list; begin each container with "- name:"',
  ],
  [
    'a container without a name',
    'Pod',
    'containers: [{image: x}]',
    '9:16: error: containers[0] has no name; give it one, such as name: app',
  ],
]

for (const [what, kind, spec, says] of ODD_PODS) {
  test(`one error for ${what}`, async (t) => {
    const manifest = `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: odd\n  annotations:\n    podorder.io/depends-on: |\n      a: {b: ready}\nspec:\n  ${spec}\n`
    const { exitCode, stdout } = await execa('dist/podorder', ['check', '-'], { reject: false, input: manifest })
    t.deepEqual([exitCode, stdout], [1, `stdin:${says} [order]`])
  })
}
