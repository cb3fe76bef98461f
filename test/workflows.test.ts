/** The workflows: what they may do, what they check before they do it, and that what they run cannot be swapped. */
import test from 'ava'
import { execa } from 'execa'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import manifest from '../package.json' with { type: 'json' }

interface Step {
  readonly name?: string
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, unknown>>
}

interface Job {
  readonly needs?: string | readonly string[]
  readonly permissions?: Readonly<Record<string, string>>
  readonly 'timeout-minutes'?: number
  readonly steps: readonly Step[]
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>
  readonly permissions: Readonly<Record<string, string>>
  readonly jobs: Readonly<Record<string, Job>>
}

const WORKFLOWS = ['ci', 'release'].map((name) => {
  const text = readFileSync(`.github/workflows/${name}.yml`, 'utf8')
  return { name, text, workflow: parse(text) as Workflow }
})

const [CI, RELEASE] = WORKFLOWS.map(({ workflow }) => workflow) as [Workflow, Workflow]

function scriptsOf({ steps }: Job): readonly string[] {
  return steps.flatMap(({ run }) => (run === undefined ? [] : [run]))
}

function usesOf({ steps }: Job, action: string): Step | undefined {
  return steps.find(({ uses }) => uses?.startsWith(`${action}@`))
}

for (const { name, text, workflow } of WORKFLOWS) {
  const jobs = Object.values(workflow.jobs)

  test(`${name}: every action is pinned by a whole commit, with its version beside it`, (t) => {
    const uses = [...text.matchAll(/^\s*(?:- )?uses: (.*)$/gm)].map(([, use = '']) => use)
    t.is(uses.length, jobs.flatMap(({ steps }) => steps.filter((step) => step.uses !== undefined)).length)
    for (const use of uses) t.regex(use, /^[a-z-]+\/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
  })

  test(`${name}: no job may more than it is given, keeps credentials, or runs for ever`, (t) => {
    t.true(Object.values(workflow.permissions).every((right) => right === 'read'))
    for (const job of jobs) {
      t.true((job['timeout-minutes'] ?? Infinity) <= 90)
      const checkout = usesOf(job, 'actions/checkout')
      if (checkout !== undefined) t.is(checkout.with?.['persist-credentials'], false)
    }
  })

  test(`${name}: no secret but the token of the run, and no expression within a script`, (t) => {
    const secrets = [...text.matchAll(/\bsecrets\.(\w+)/g)].map(([, secret = '']) => secret)
    t.deepEqual(
      [...new Set(secrets)].filter((secret) => secret !== 'GITHUB_TOKEN'),
      [],
    )
    for (const script of jobs.flatMap(scriptsOf)) t.false(script.includes('${{'), script)
  })
}

test('ci runs the gate on pushes and pull requests, and may only read', (t) => {
  t.deepEqual(Object.keys(CI.on).toSorted(), ['pull_request', 'push'])
  t.deepEqual(CI.permissions, { contents: 'read' })
  t.true(Object.values(CI.jobs).flatMap(scriptsOf).includes('.ci/run'))
})

test('a release is of a tag, and each job has the least rights', (t) => {
  t.deepEqual(RELEASE.on, { push: { tags: ['v*'] } })
  t.deepEqual(RELEASE.permissions, {})
  t.deepEqual(Object.fromEntries(Object.entries(RELEASE.jobs).map(([name, job]) => [name, job.permissions])), {
    gate: { contents: 'read' },
    build: { contents: 'read' },
    npm: { contents: 'read', 'id-token': 'write' },
    image: { contents: 'read', packages: 'write', 'id-token': 'write', attestations: 'write' },
    github: { contents: 'write', 'id-token': 'write', attestations: 'write' },
  })
})

test('nothing is published before the gate, and nothing announced before it is published', (t) => {
  const { gate, build, npm, image, github } = RELEASE.jobs
  t.deepEqual(
    [gate?.needs, build?.needs, npm?.needs, image?.needs],
    [undefined, ['gate', 'image'], ['gate', 'image'], 'gate'],
  )
  t.deepEqual(github?.needs, ['build', 'npm', 'image'])
  const scripts = gate === undefined ? [] : scriptsOf(gate)
  t.true(scripts.findIndex((script) => script.includes('GITHUB_REF_NAME')) < scripts.indexOf('.ci/run'))
})

test('what is released is built where only programs of the lock file have run', (t) => {
  const { gate, build, npm } = RELEASE.jobs
  for (const job of [build, npm]) {
    const scripts = job === undefined ? [] : scriptsOf(job)
    t.true(scripts.includes('npm ci --ignore-scripts') && scripts.includes('npm rebuild bun'))
    for (const script of scripts)
      t.notRegex(script, /apt-get|npm exec|npx|curl|wget|\.ci\/run|npm (?:ci|install)(?! --ignore-scripts)/)
  }
  t.true(build !== undefined && scriptsOf(build).some((script) => script.includes('tar -czf')))
  t.false(gate !== undefined && scriptsOf(gate).some((script) => script.includes('tar -czf')))
  t.regex(readFileSync('Dockerfile', 'utf8'), /^RUN npm ci --ignore-scripts && npm rebuild bun$/m)
})

test('every base image is named by its digest, and the list of what is pinned says how to renew it', (t) => {
  const images = ['.github/workflows/ci.yml', '.github/workflows/release.yml', 'Dockerfile'].flatMap((file) => [
    ...readFileSync(file, 'utf8').matchAll(/^\s*(?:image: |ARG BASE=)(\S+)$/gm),
  ])
  t.is(images.length, 4)
  for (const [, image] of images) t.regex(image ?? '', /^node:24-bookworm(?:-slim)?@sha256:[0-9a-f]{64}$/)
  const security = readFileSync('SECURITY.md', 'utf8')
  for (const file of ['Dockerfile', 'ci.yml', 'release.yml', 'package-lock.json']) t.true(security.includes(file), file)
  t.regex(security, /imagetools inspect/)
})

test('the package is published with provenance, of the repository that the workflow runs in', (t) => {
  const scripts = RELEASE.jobs['npm'] === undefined ? [] : scriptsOf(RELEASE.jobs['npm'])
  const publishes = scripts.join('\n').match(/npm publish .*/g) ?? []
  t.true(publishes.length > 0)
  for (const publish of publishes) t.regex(publish, /--provenance\b/)
  t.true(scripts.findIndex((script) => script.includes('repository.url=')) < scripts.indexOf(scripts.at(-1) ?? ''))
  t.false('repository' in manifest)
})

test('the image is for both machines, with attestations and a list of what is in it', (t) => {
  const build = RELEASE.jobs['image'] && usesOf(RELEASE.jobs['image'], 'docker/build-push-action')
  t.like(build?.with, { platforms: 'linux/amd64,linux/arm64', push: true, provenance: 'mode=max', sbom: true })
  t.truthy(RELEASE.jobs['image'] && usesOf(RELEASE.jobs['image'], 'actions/attest-build-provenance'))
})

test('the executables are attached with checksums, which are looked at again', (t) => {
  const [last = ''] = RELEASE.jobs['github'] === undefined ? [] : scriptsOf(RELEASE.jobs['github'])
  t.regex(
    last,
    /sha256sum --check --strict SHA256SUMS\n[^]*gh release create .*--verify-tag[^]*\*\.tar\.gz \*\.tgz krew\.yaml SHA256SUMS/,
  )
})

test('what is released names the image that is released, by its digest', (t) => {
  for (const name of ['build', 'npm']) {
    const job = RELEASE.jobs[name]
    const scripts = job === undefined ? [] : scriptsOf(job)
    const named = scripts.findIndex((script) => script.includes('config.image='))
    t.true(named >= 0 && named < scripts.findIndex((script) => /build:image-files|npm publish/.test(script)))
  }
})

const CHANGELOG =
  '# Changelog\n\n## [Unreleased]\n\n### Added\n- later\n\n## [1.2.3] - 2026-03-01\n\n### Added\n- now\n\n## [1.2.2]\n- before\n'

for (const [tag, changelog, code, says] of [
  ['v1.2.3', CHANGELOG, 0, ''],
  ['v1.2.4', CHANGELOG, 1, 'the tag is v1.2.4, and package.json has 1.2.3; tag v1.2.3, or change the version'],
  ['1.2.3', CHANGELOG, 1, 'the tag is 1.2.3, and package.json has 1.2.3; tag v1.2.3, or change the version'],
  ['v1.2.3', '## [Unreleased]\n- now\n', 1, 'CHANGELOG.md has nothing under ## [1.2.3]; move what is released there'],
] as const) {
  test(`the check of the tag ${tag} of 1.2.3 ends with ${code}: ${says || 'its changes become the notes'}`, async (t) => {
    const dir = mkdtempSync(join(tmpdir(), 'workflow-'))
    t.teardown(() => rmSync(dir, { recursive: true }))
    mkdirSync(join(dir, 'build'))
    writeFileSync(join(dir, 'package.json'), '{"version":"1.2.3"}')
    writeFileSync(join(dir, 'CHANGELOG.md'), changelog)
    const script = RELEASE.jobs['gate']?.steps.find(({ name }) => name?.startsWith('the tag is'))?.run ?? 'exit 9'
    // As the runner does in a container.
    const options = { cwd: dir, env: { GITHUB_REF_NAME: tag }, reject: false }
    const { exitCode, stderr } = await execa('sh', ['-e', '-c', script], options)
    t.deepEqual([exitCode, stderr], [code, says])
    if (code === 0) t.is(readFileSync(join(dir, 'build/release/notes.md'), 'utf8').trim(), '### Added\n- now')
  })
}
