/** Kinds that podorder is told of, and what kustomize makes. */
import test from 'ava'
import { chmodSync } from 'node:fs'
import { openPlace } from '../../support/podorder.ts'
import { writeManifest } from '../../support/manifest.ts'

const BOX = `apiVersion: example.com/v1
kind: Box
metadata: {name: x}
spec:
  pod:
    metadata: {annotations: {podorder.io/steps: "a, b"}}
    spec: {restartPolicy: Never, containers: [{name: a, command: [a]}, {name: b, command: [b]}]}
`
/** Without metadata in its template, and so without any form that could be known. */
const HIDDEN = BOX.replace('    metadata: {annotations: {podorder.io/steps: "a, b"}}\n', '')

test('--template tells where a kind has its pod template, to all commands', async (t) => {
  const place = openPlace(t)
  place.write('box.yaml', BOX)
  const { stdout } = await place.run(['inject', 'box.yaml'])
  t.regex(stdout, /podorder-init/)
  place.write('hidden.yaml', HIDDEN)
  const unknown = await place.run(['graph', 'hidden.yaml'])
  t.regex(unknown.stderr, /there is no pod in it/)
  for (const template of ['Box=spec.pod', 'example.com/Box=.spec.pod']) {
    const known = await place.run(['graph', 'hidden.yaml', '--template', template])
    t.regex(known.stderr, /nothing is ordered in Box\/x/)
  }
  const wrong = await place.run(['check', 'box.yaml', '--template', 'Box'])
  t.is(wrong.code, 2)
  t.regex(wrong.stderr, /"Box" is not KIND=PATH, such as Sandbox=spec\.podTemplate/)
})

test('-k takes what kubectl makes of a directory; a kustomization among files is none of them', async (t) => {
  const place = openPlace(t)
  place.write('base/kustomization.yaml', 'resources: [app.yaml]\n')
  place.write('base/app.yaml', writeManifest('built'))
  const plain = await place.run(['inject', '-f', 'base'])
  t.is(plain.code, 0, plain.stderr)
  t.notRegex(plain.stdout, /resources: \[app/)
  // A stand-in: kubectl itself is not part of what is tested here.
  place.write(
    'bin/kubectl',
    '#!/bin/sh\n[ "$1" = kustomize ] && [ -d "$2" ] && exec cat "$2/app.yaml"\necho "no $2" >&2\nexit 1\n',
  )
  chmodSync(place.path('bin/kubectl'), 0o755)
  const env = { PATH: `${place.path('bin')}:${process.env['PATH'] ?? ''}` }
  const built = await place.run(['inject', '-k', 'base'], { env })
  t.deepEqual([built.code, built.stdout], [0, plain.stdout], built.stderr)
  t.is((await place.run(['check', '-k', 'base'], { env })).code, 0)
  const absent = await place.run(['inject', '-k', 'none'], { env })
  t.is(absent.code, 2)
  t.regex(absent.stderr, /^kustomize:none: no none; give the directory of a kustomization that kubectl can build\n$/)
})
