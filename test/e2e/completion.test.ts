/** `podorder completion`: what bash, zsh, fish and kubectl propose, asked of the shells themselves. */
import test, { type ExecutionContext } from 'ava'
import { execa } from 'execa'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { completeLines, INSTALLED, type Shell } from '../support/completing.ts'

const FILES = ['app.yaml', 'other.json', 'old.yml', 'notes.txt', 'a:b.yaml', 'my pod.yaml', 'sub/in.yaml']

function openDirectory(t: ExecutionContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'completion-'))
  mkdirSync(join(dir, 'sub'))
  for (const name of FILES) writeFileSync(join(dir, name), '')
  t.teardown(() => rmSync(dir, { recursive: true }))
  return dir
}

const MANIFESTS = ['a:b.yaml', 'app.yaml', 'my pod.yaml', 'old.yml', 'other.json', 'sub/']

/** The line up to the cursor -> the whole words that are proposed. */
const ROWS: readonly (readonly [line: string, proposals: readonly string[]])[] = [
  ['podorder inj', ['inject']],
  ['podorder c', ['check', 'completion', 'controller']],
  ['podorder --ver', ['--version']],
  ['podorder nothing', []],
  ['podorder completion ', ['bash', 'fish', 'kubectl', 'zsh']],
  ['podorder completion z', ['zsh']],
  ['podorder help reg', ['registries']],
  ['podorder version --', ['--help', '--json']],
  // Files, where a manifest is wanted.
  ['podorder run ', MANIFESTS],
  ['podorder inject -f ', MANIFESTS],
  ['podorder inject -f app.yaml --filename o', ['old.yml', 'other.json']],
  ['podorder inject --filename=o', ['--filename=old.yml', '--filename=other.json']],
  ['podorder inject ap', ['app.yaml']],
  ['podorder inject sub/', ['sub/in.yaml']],
  ['podorder inject a:', ['a:b.yaml']],
  ['podorder inject --filename=a:', ['--filename=a:b.yaml']],
  // Any file; directories; nothing.
  ['podorder inject -o n', ['notes.txt']],
  ['podorder webhook --cert-dir ', ['sub/']],
  ['podorder inject --only ', []],
  // Choices.
  ['podorder inject --bin-source ', ['copy', 'image-volume']],
  ['podorder inject --bin-source=i', ['--bin-source=image-volume']],
  ['podorder inject --bin-source=', ['--bin-source=copy', '--bin-source=image-volume']],
  // A value that may be left out stands behind = only.
  ['podorder controller --leader-elect=', ['--leader-elect=false', '--leader-elect=true']],
  // Options behind operands and behind values, also the rare ones.
  ['podorder inject app.yaml --di', ['--diff']],
  ['podorder inject - --of', ['--offline']],
  ['podorder inject -i --only Pod/x --di', ['--diff']],
  // What follows -- is no option, and nothing is proposed.
  ['podorder inject -- ', []],
  ['podorder inject -- --di', []],
]

/** How each shell answers: bash without what stands before the last : or = of the line, zsh without the path so far. */
function spell(shell: Shell, line: string, word: string): string {
  if (shell === 'fish') return word
  const [typed = ''] = /\S*$/.exec(line) ?? []
  const [kept = ''] = (shell === 'bash' ? /^.*[:=]/ : /(?<=^|=)[^=]*\/$/).exec(typed) ?? []
  const left = word.replace(/\/$/, '').replace(kept, '')
  return shell === 'bash' ? left : left.replaceAll(' ', String.raw`\ `)
}

for (const shell of INSTALLED) {
  test(`${shell} proposes what the command line takes`, async (t) => {
    const answers = await completeLines(
      shell,
      ROWS.map(([line]) => line),
      openDirectory(t),
    )
    for (const [index, [line, proposals]] of ROWS.entries()) {
      t.deepEqual(answers[index], proposals.map((word) => spell(shell, line, word)).toSorted(), line)
    }
  })

  test(`${shell} completes the plugin's own name too`, async (t) => {
    if (shell === 'bash') {
      const { stdout } = await execa('dist/podorder', ['completion', 'bash'])
      t.regex(stdout, /^complete -F _podorder podorder kubectl-podorder$/m)
    } else t.deepEqual(await completeLines(shell, ['kubectl-podorder inj'], openDirectory(t)), [['inject']])
  })
}

test('bash itself writes the words out: blanks and quotes stay right', async (t) => {
  const dir = openDirectory(t)
  const { stdout: script } = await execa('dist/podorder', ['completion', 'bash'])
  writeFileSync(join(dir, 'script.bash'), `${script}\nPS1=; podorder() { printf '<%s>' "$@"; echo; exit; }\n`)
  const rows: readonly (readonly [typed: string, words: string])[] = [
    ['podorder inject my\t', '<inject><my pod.yaml>'],
    ['podorder inject my\\ \t', '<inject><my pod.yaml>'],
    ['podorder inject "my\t', '<inject><my pod.yaml>'],
    ['podorder inject a:\t', '<inject><a:b.yaml>'],
    ['podorder inject --filename=ap\t', '<inject><--filename=app.yaml>'],
    ['podorder inject --bin-source=im\t', '<inject><--bin-source=image-volume>'],
    ['podorder inject su\tin\t', '<inject><sub/in.yaml>'],
    ['podorder inj\tap\t--dif\t', '<inject><app.yaml><--diff>'],
  ]
  for (const [typed, words] of rows) {
    const { stdout } = await execa('bash', ['--noprofile', '--rcfile', 'script.bash', '-i'], {
      cwd: dir,
      env: { HOME: dir, TERM: 'dumb' },
      input: `${typed}\n`,
      reject: false,
    })
    t.true(stdout.includes(words), `${typed}: ${stdout}`)
  }
})

test('kubectl is told of proposals, and whether a word goes on', async (t) => {
  const dir = openDirectory(t)
  const script = join(dir, 'kubectl_complete-podorder')
  writeFileSync(script, (await execa('dist/podorder', ['completion', 'kubectl'])).stdout)
  chmodSync(script, 0o755)
  const ask = async (...words: readonly string[]) => (await execa(script, words, { cwd: dir })).stdout.split('\n')
  t.deepEqual(await ask('inj'), ['inject', ':4'])
  t.deepEqual(await ask('inject', '--bin-source', ''), ['copy', 'image-volume', ':4'])
  t.deepEqual(await ask('inject', 'su'), ['sub/', ':6'])
  t.deepEqual(await ask('inject', '--filename=su'), ['--filename=sub/', ':6'])
  t.deepEqual(await ask('inject', 'my p'), ['my pod.yaml', ':4'])
  t.deepEqual(await ask('inject', '--', ''), [':4'])
})

for (const shell of INSTALLED) {
  test(`${shell} can read its script`, async (t) => {
    const script = join(openDirectory(t), 'script')
    writeFileSync(script, (await execa('dist/podorder', ['completion', shell])).stdout)
    t.is((await execa(shell, ['-n', script])).stderr, '')
  })
}
