/** Compose files as people write them become pods that the API server takes and that check finds nothing wrong with. */
import test from 'ava'
import { execa } from 'execa'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readManifest } from '../../../src/manifest/yaml.io.ts'
import { happenedBefore, runPod } from '../../support/order.ts'
import { isKnownKind, validateObject } from '../../support/schema.ts'

const FOLDER = 'test/fixtures/compose'
const files = readdirSync(FOLDER)
const dir = mkdtempSync(join(tmpdir(), 'import-'))

test.after.always(() => rmSync(dir, { recursive: true, force: true }))

/** What the files want to know of where they run. */
const ENV = { GRAFANA_PASSWORD: 'x', KC_DB_PASSWORD: 'x', TOKEN: 's3cret' }

async function podorder(words: readonly string[], input = '') {
  const { exitCode, stdout, stderr } = await execa('dist/podorder', words, { reject: false, input, env: ENV })
  return { exitCode, stdout, stderr }
}

/** No registry is asked here: each image has some command. */
function imagesOf(manifest: string): string {
  const images = [...manifest.matchAll(/^ +image: "?([^"\n]+)"?$/gm)].map(([, image = '']) => image)
  return JSON.stringify(Object.fromEntries(images.map((image) => [image, { entrypoint: ['/bin/app'] }])))
}

test('the corpus has at least 60 files', (t) => {
  t.true(files.length >= 60, String(files.length))
})

for (const file of files) {
  test(`${file} becomes a pod without faults`, async (t) => {
    const made = await podorder(['import', `${FOLDER}/${file}`])
    t.is(made.exitCode, 0, made.stderr)
    for (const { value } of readManifest(made.stdout).documents) {
      t.true(isKnownKind(value))
      t.deepEqual(validateObject(value), [])
    }
    if (!made.stdout.includes('podorder.io/depends-on')) return
    const config = join(dir, `${file}.json`)
    writeFileSync(config, imagesOf(made.stdout))
    const words = ['check', '-', '--offline', '--image-config', config, '--format', 'json']
    const checked = await podorder(words, made.stdout)
    t.is(checked.exitCode, 0, checked.stdout)
  })
}

const ordered = files.filter((file) => file.startsWith('run-'))

test('ten of them run here', (t) => {
  t.true(ordered.length >= 10)
})

for (const file of ordered) {
  test(`${file} runs in its order`, async (t) => {
    const text = readFileSync(`${FOLDER}/${file}`, 'utf8')
    process.env['TOKEN'] = ENV.TOKEN
    const life = await runPod(`${FOLDER}/${file}`)
    t.is(life.exitCode, 0, JSON.stringify(life, undefined, 1))
    for (const [, line = ''] of text.matchAll(/^# order: (.*)$/gm)) {
      const steps = line.split(', ')
      for (const [index, second] of steps.slice(1).entries()) {
        t.true(happenedBefore(life, steps[index] ?? '', second), `${steps[index]} before ${second}`)
      }
    }
  })
}
