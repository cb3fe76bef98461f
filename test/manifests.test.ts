/**
 * What inject makes of manifests as people and programs write them: `test/manifests/<case>/in.*` becomes `out.*`, byte for
 * byte; those of `refused-*` become `faults.txt`. `UPDATE=1 ava test/manifests.test.ts` writes them; read what it writes.
 */
import test, { type ExecutionContext } from 'ava'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { readManifestFile } from '../src/cli/disk.io.ts'
import { readManifest } from '../src/manifest/yaml.io.ts'
import { eject, type Given, IMAGE, inject } from './support/inject.ts'
import { isKnownKind, validateObject } from './support/schema.ts'

const CASES = new URL('manifests/', import.meta.url)

/** What is equal in value only when it comes back, with the reason. */
const WRITTEN_ANEW: Readonly<Record<string, string>> = {
  'anchors-aliased-container': 'a container that changes stands for two',
  'anchors-aliased-list': 'containers that change stand for those of another pod',
  'anchors-merge-command': 'a container that changes is merged into others',
  'anchors-merge-deep': 'a container that changes is merged into others',
  'anchors-shared-command': 'a command that changes is that of a container outside the order too',
  'explicit-keys-before-an-end': '`? key` leaves no place behind its colon: the document is written anew',
  'explicit-keys-in-a-stream': '`? key` leaves no place behind its colon: the document is written anew',
  'explicit-keys': '`? key` leaves no place behind its colon: the document is written anew',
}

/** `flags.txt` has words of the command line, one a line. */
function readGiven(folder: URL): Given {
  const config = new URL('image-config.json', folder)
  const flags = new URL('flags.txt', folder)
  const words = existsSync(flags) ? readFileSync(flags, 'utf8').trim().split('\n') : []
  const of = (flag: string) =>
    words.flatMap((word) => (word.startsWith(`--${flag}=`) ? [word.slice(flag.length + 3)] : []))
  const rewrite = {
    image: of('image')[0] ?? IMAGE,
    ...Object.fromEntries(
      [
        ['imagePullPolicy', 'image-pull-policy'],
        ['binSource', 'bin-source'],
        ['requests', 'requests'],
        ['root', 'root'],
      ].flatMap(([option = '', flag = '']) => of(flag).map((value) => [option, value])),
    ),
  }
  return { rewrite, only: of('only'), imageConfig: existsSync(config) ? JSON.parse(readFileSync(config, 'utf8')) : {} }
}

/** What is there, or, on demand, put there. */
function expect(t: ExecutionContext, url: URL, actual: string): void {
  if (process.env['UPDATE'] === '1') writeFileSync(url, actual)
  t.is(actual, readFileSync(url, 'utf8'))
}

const valuesOf = (text: string): readonly unknown[] => readManifest(text).documents.map(({ value }) => value)

for (const name of readdirSync(CASES)) {
  const folder = new URL(`${name}/`, CASES)
  const file = readdirSync(folder).find((entry) => entry.startsWith('in.')) ?? ''
  const read = (): Promise<string> => readManifestFile(new URL(file, folder).pathname)
  const given = readGiven(folder)

  if (name.startsWith('refused-')) {
    test(`nothing comes out of what is wrong: ${name}`, async (t) => {
      const { code, stdout, stderr } = await inject(file, read, given)
      t.deepEqual({ code, stdout }, { code: 2, stdout: '' })
      expect(t, new URL('faults.txt', folder), stderr)
    })
    continue
  }

  test(`a manifest goes there and back: ${name}`, async (t) => {
    const before = await read()
    const { code, stdout: after, stderr } = await inject(file, before, given)
    t.is(code, 0, stderr)
    expect(t, new URL(file.replace('in', 'out'), folder), after)
    const again = await inject(file, after, given)
    t.deepEqual([again.code, again.stdout], [0, after], 'it is changed once')
    const back = await eject(file, after, given)
    t.is(back.code, 0, back.stderr)
    if (Object.hasOwn(WRITTEN_ANEW, name)) t.deepEqual(valuesOf(back.stdout), valuesOf(before))
    else t.is(back.stdout, before)
    for (const value of valuesOf(after)) if (isKnownKind(value)) t.deepEqual(validateObject(value), [])
  })
}
