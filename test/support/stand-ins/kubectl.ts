/**
 * Replaces kubectl for the pages, without a cluster. It checks applied objects as an API server does. `get pod` shows the applied pod,
 * or the file with its name. All its containers have started, and its first ordered container is not ready.
 */
import { execaSync } from 'execa'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { readManifest } from '../../../src/manifest/yaml.io.ts'
import { type DeployedObject, render } from '../kustomize.ts'
import { isKnownKind, validateObject } from '../schema.ts'

const { values, positionals } = parseArgs({
  args: process.argv.slice(2),
  allowPositionals: true,
  strict: false,
  options: {
    filename: { type: 'string', short: 'f' },
    kustomize: { type: 'string', short: 'k' },
    output: { type: 'string', short: 'o' },
    namespace: { type: 'string', short: 'n' },
  },
})
const [verb = '', kind = '', name = '', ...words] = positionals

if (verb === 'podorder') {
  // As kubectl does with plugins, it runs the program of that name with the other arguments.
  const { exitCode = 1 } = execaSync('kubectl-podorder', process.argv.slice(3), { stdio: 'inherit', reject: false })
  process.exit(exitCode)
}
if (verb === 'create' && kind === 'namespace' && name !== '') process.exit(0)
if (verb === 'apply' || verb === 'create') process.exit(apply())
if (verb === 'label' && kind === 'namespace' && words.every((word) => /=|-$/.test(word))) process.exit(0)
if (verb === 'delete' && typeof values['kustomize'] === 'string') process.exit(remove(values['kustomize']))
if (verb === 'get' && kind === 'pod' && values['output'] === 'json') process.exit(showPod(`${name}.yaml`))
fail(`the stand-in does not know: ${process.argv.slice(2).join(' ')}`)

function apply(): number {
  const objects =
    typeof values['kustomize'] === 'string' ? render(values['kustomize']) : readObjects(String(values['filename']))
  if (objects.length === 0) fail('no objects passed to apply')
  for (const object of objects) {
    const faults = isKnownKind(object) ? validateObject(object) : []
    if (faults.length > 0) fail(`${object.kind}/${object.metadata.name}: ${faults.join('; ')}`)
    process.stdout.write(`${object.kind}/${object.metadata.name} created\n`)
  }
  return 0
}

/** Deletes the objects one after another, in the order of the list. */
function remove(directory: string): number {
  for (const { kind: what, metadata } of render(directory)) process.stdout.write(`${what}/${metadata.name} deleted\n`)
  return 0
}

function readObjects(path: string): readonly DeployedObject[] {
  if (path !== '-' && !(existsSync(path) && statSync(path).isFile())) fail(`there is no ${path}`)
  const { documents, faults } = readManifest(readFileSync(path === '-' ? 0 : path, 'utf8'))
  if (faults.length > 0) fail(`${path}: ${faults[0]?.what}`)
  return documents.map(({ value }) => value as DeployedObject)
}

function showPod(path: string): number {
  const injected = execaSync('podorder', ['inject', '-f', path], { stderr: 'ignore' }).stdout
  const { documents } = readManifest(injected)
  const pod = documents[0]?.value as DeployedObject & {
    readonly spec: Readonly<Record<'containers' | 'initContainers', readonly { name: string; image: string }[]>>
  }
  const at = '2026-01-01T00:00:00Z'
  const asStatus = (state: object, ready: boolean) => (container: { name: string; image: string }) => ({
    ...{ name: container.name, image: container.image, imageID: 'x', restartCount: 0 },
    ...{ ready, started: ready, state, lastState: {} },
  })
  const done = { terminated: { exitCode: 0, reason: 'Completed', startedAt: at, finishedAt: at } }
  const status = {
    phase: 'Running',
    startTime: at,
    initContainerStatuses: pod.spec.initContainers.map(asStatus(done, true)),
    containerStatuses: pod.spec.containers.map(asStatus({ running: { startedAt: at } }, false)),
  }
  process.stdout.write(`${JSON.stringify({ ...pod, status }, undefined, 2)}\n`)
  return 0
}

function fail(why: string): never {
  process.stderr.write(`kubectl: ${why}\n`)
  process.exit(1)
}
