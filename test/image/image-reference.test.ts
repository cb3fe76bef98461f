import test from 'ava'
import * as fc from 'fast-check'
import { formatReference, parseReference } from '../../src/image/image-reference.ts'

const HEX = 'a'.repeat(64)
const SHA256 = `sha256:${HEX}`
const SHA512 = `sha512:${'b'.repeat(128)}`

for (const [text, full] of [
  ['nginx', 'docker.io/library/nginx:latest'],
  ['nginx:1.27', 'docker.io/library/nginx:1.27'],
  ['docker.io/nginx', 'docker.io/library/nginx:latest'],
  ['index.docker.io/nginx', 'docker.io/library/nginx:latest'],
  ['index.docker.io/team/app', 'docker.io/team/app:latest'],
  ['team/app', 'docker.io/team/app:latest'],
  ['my_team/app__x', 'docker.io/my_team/app__x:latest'],
  // No registry without a dot, a port, or a capital.
  ['registry/app', 'docker.io/registry/app:latest'],
  ['localhost/app', 'localhost/app:latest'],
  ['localhost:5000/app', 'localhost:5000/app:latest'],
  ['registry:5000/app:1', 'registry:5000/app:1'],
  ['quay.io/a/b/c/d:x_Y.z-1', 'quay.io/a/b/c/d:x_Y.z-1'],
  ['127.0.0.1/app', '127.0.0.1/app:latest'],
  ['[::1]:5000/app', '[::1]:5000/app:latest'],
  ['Registry/app', 'Registry/app:latest'],
  ['app:5000', 'docker.io/library/app:5000'],
  ['registry.io:443', 'docker.io/library/registry.io:443'],
  [`app@${SHA256}`, `docker.io/library/app@${SHA256}`],
  [`app:1@${SHA256}`, `docker.io/library/app@${SHA256}`],
  [`registry:5000/app:1@${SHA512}`, `registry:5000/app@${SHA512}`],
  [`gcr.io/${'a/'.repeat(123)}ab`, `gcr.io/${'a/'.repeat(123)}ab:latest`],
] as const) {
  test(`${text.slice(0, 60)} is ${full.slice(0, 60)}`, (t) => {
    const reference = parseReference(text)
    t.is('problem' in reference ? reference.problem : formatReference(reference), full)
  })
}

const FORM = 'is not of the form [host[:port]/]name[:tag][@digest]'
const NO_DIGEST = 'has a digest that is neither sha256 nor sha512'

for (const [text, problem] of [
  ['', 'is empty'],
  ['Nginx', 'has capitals in its repository, which are not allowed'],
  ['quay.io/Team/app', 'has capitals in its repository, which are not allowed'],
  [HEX, 'is an identifier, which no registry is asked for'],
  [' nginx', FORM],
  ['nginx\n', FORM],
  [':1', FORM],
  ['nginx:', FORM],
  ['nginx:.1', FORM],
  [`nginx:${'1'.repeat(129)}`, FORM],
  ['a//b', FORM],
  ['/a', FORM],
  ['a/', FORM],
  ['a..b', FORM],
  ['a___b', FORM],
  ['-a.io/b', FORM],
  ['a.io:x/b', FORM],
  ['https://a.io/b', FORM],
  ['a.io/../b', FORM],
  ['user:pass@a.io/b', NO_DIGEST],
  ['[fe80::1%eth0]:5000/app', FORM],
  ['app@sha256:aa', NO_DIGEST],
  [`app@sha256:${'A'.repeat(64)}`, NO_DIGEST],
  [`app@md5:${HEX}`, NO_DIGEST],
  [`app@${SHA256}@${SHA256}`, 'has more than one @'],
  [`gcr.io/${'a/'.repeat(124)}ab`, 'has a name of more than 255 characters'],
  ['a'.repeat(541), 'is too long'],
] as const) {
  test(`refused: ${JSON.stringify(text.slice(0, 60))} ${problem}`, (t) =>
    t.deepEqual(parseReference(text), { problem }))
}

test('whatever is read is read again as the same', (t) => {
  const anything = fc.stringMatching(/^[aA0.:/@_-]{0,20}$/)
  fc.assert(
    fc.property(fc.oneof(anything, fc.string()), (text) => {
      const reference = parseReference(text)
      if ('problem' in reference) return
      const again = parseReference(formatReference(reference))
      t.deepEqual(again, { ...reference, tag: reference.digest === undefined ? reference.tag : undefined })
    }),
  )
})
