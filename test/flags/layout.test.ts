import test from 'ava'
import { containerOf, flagPathOf, labelOf, nameOf, parentOf, refusalOf, socketIn } from '../../src/flags/layout.ts'

test('a container has a directory of its own, with its flags and its socket', (t) => {
  t.is(flagPathOf('/run', 'db', 'ready'), '/run/db/ready')
  t.is(refusalOf('/run/db/ready'), '/run/db/ready.err')
  t.is(socketIn('/run/db'), '/run/db/alive.sock')
})

/** [path, run directory, label, whose it is] */
const NAMES: readonly (readonly [string, string | undefined, string, string])[] = [
  ['/run/db/ready', '/run', 'db/ready', 'db'],
  ['/tmp/flag', '/run', '/tmp/flag', '/tmp/flag'],
  ['/tmp/flag', undefined, '/tmp/flag', '/tmp/flag'],
  ['/runner/db/ready', '/run', '/runner/db/ready', '/runner/db/ready'],
]

for (const [path, runDir, label, container] of NAMES) {
  test(`a flag is called by its container, any other file by its path: ${path} in ${runDir}`, (t) => {
    t.is(labelOf(path, runDir), label)
    t.is(containerOf(label), container)
  })
}

/** [path, its directory, its name] */
const PATHS: readonly (readonly [string, string, string])[] = [
  ['/run/db/ready', '/run/db', 'ready'],
  ['/ready', '/', 'ready'],
]

for (const [path, parent, name] of PATHS) {
  test(`directory and name: ${path}`, (t) => {
    t.is(parentOf(path), parent)
    t.is(nameOf(path), name)
  })
}
