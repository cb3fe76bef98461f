/** podorder's own image: a build from source has a local name, a release the digest of what was released. */
import test from 'ava'
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { version } from '../../src/base/version.ts'
import { DEFAULT_IMAGE } from '../../src/pod/own.ts'

test('a build from source has the image that it builds', (t) => {
  t.is(DEFAULT_IMAGE, `localhost/podorder:${version}`)
})

test('a release has the image of the release', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'own-'))
  t.teardown(() => rmSync(dir, { recursive: true, force: true }))
  cpSync('src', join(dir, 'src'), { recursive: true })
  symlinkSync(join(process.cwd(), 'node_modules'), join(dir, 'node_modules'))
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as object
  const image = 'registry.example/podorder@sha256:0'
  writeFileSync(join(dir, 'package.json'), JSON.stringify({ ...manifest, config: { image } }))
  const script = `import { DEFAULT_IMAGE } from '${join(dir, 'src/pod/own.ts')}'; process.stdout.write(DEFAULT_IMAGE)`
  t.is(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }), image)
})
