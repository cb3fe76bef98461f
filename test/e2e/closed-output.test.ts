/** That nobody reads on, as behind `| head`, is no error. */
import test from 'ava'
import { execa } from 'execa'

/** Runs its words with a stdout that nobody can read any more. */
const CLOSED = `
import os, subprocess, sys
reader, writer = os.pipe()
os.close(reader)
sys.exit(subprocess.call(sys.argv[1:], stdout=writer))
`

const POD = '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x"},"spec":{"containers":[{"name":"a","image":"b"}]}}'

for (const words of ['--help', 'help registries', 'completion zsh', 'version --json', 'rbac pod/x', 'inject -']) {
  test(`podorder ${words} ends well`, async (t) => {
    const program = ['dist/podorder', ...words.split(' ')]
    const { exitCode, stderr } = await execa('python3', ['-c', CLOSED, ...program], { input: POD, reject: false })
    t.deepEqual([exitCode, stderr], [0, ''])
  })
}
