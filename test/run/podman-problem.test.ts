import test from 'ava'
import { findProblem } from '../../src/run/podman-problem.ts'

const CASES = [
  { name: 'one line', stderr: 'Error: no such image\n', problem: 'no such image' },
  {
    name: 'several lines',
    stderr: 'Error: 2 errors occurred:\n\t* one\n\t* two\n',
    problem: '2 errors occurred: * one * two',
  },
  { name: 'progress before', stderr: 'Trying to pull x...\nError: no route\n', problem: 'no route' },
  {
    name: 'the reason is only mentioned',
    stderr: [
      'time="2026-01-01T00:00:00Z" level=error msg="Starting some container dependencies"',
      String.raw`time="2026-01-01T00:00:00Z" level=error msg="\"netavark: No such file\""`,
      'Error: unable to start container 1: internal libpod error',
    ].join('\n'),
    problem:
      'unable to start container 1: internal libpod error (Starting some container dependencies; netavark: No such file)',
  },
  { name: 'not in its usual form', stderr: 'panic\nsomething else\n\n', problem: 'something else' },
  {
    name: 'mentioned, and no more',
    stderr: 'time="2026-01-01T00:00:00Z" level=error msg="stat /x: no such file"\n',
    problem: 'stat /x: no such file',
  },
  {
    name: 'a network without packet filter',
    stderr: 'Error: unable to start container "1": netavark: No such file or directory (os error 2)\n',
    problem:
      'unable to start container "1": netavark: No such file or directory (os error 2); install iptables, or write hostNetwork: true in the pod',
  },
  { name: 'nothing', stderr: '', problem: '' },
]

for (const { name, stderr, problem } of CASES) {
  test(name, (t) => t.is(findProblem(stderr), problem))
}
