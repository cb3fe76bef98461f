/** That nobody reads on, as behind `| head`, is no error. */
import test from 'ava'
import { execa } from 'execa'
import { writePod } from '../support/podorder.ts'

/** Runs its words with a stdout that nobody can read any more. */
const CLOSED = `
import os, subprocess, sys
reader, writer = os.pipe()
os.close(reader)
sys.exit(subprocess.call(sys.argv[1:], stdout=writer))
`

const POD = writePod({ annotations: { steps: 'a, b' }, containers: { a: 'true', b: 'true' } })

for (const words of ['--help', 'help registries', 'completion zsh', 'version --json', 'rbac pod/x', 'inject -']) {
  test(`podorder ${words} ends well`, async (t) => {
    const program = ['dist/podorder', ...words.split(' ')]
    const { exitCode, stderr } = await execa('python3', ['-c', CLOSED, ...program], { input: POD, reject: false })
    const said = words.startsWith('inject') ? 'podorder: Pod/test: 2 of 2 containers ordered' : ''
    t.deepEqual([exitCode, stderr], [0, said])
  })
}
