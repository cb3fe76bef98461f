import test from 'ava'
import { combineCommand, readImageWords } from '../../src/image/image-command.ts'

const CASES = [
  { name: 'ENTRYPOINT with CMD', entrypoint: ['/app'], cmd: ['serve'], args: undefined, words: ['/app', 'serve'] },
  { name: 'args take the place of CMD', entrypoint: ['/app'], cmd: ['serve'], args: ['x'], words: ['/app', 'x'] },
  { name: 'no args are none', entrypoint: ['/app'], cmd: ['serve'], args: [], words: ['/app', 'serve'] },
  { name: 'without ENTRYPOINT the args alone', entrypoint: [], cmd: ['serve'], args: ['x', 'y'], words: ['x', 'y'] },
  { name: 'CMD alone', entrypoint: [], cmd: ['sh', '-c', 'ls'], args: undefined, words: ['sh', '-c', 'ls'] },
  { name: 'nothing at all', entrypoint: [], cmd: [], args: undefined, words: [] },
  {
    name: "only the image's words are not to be expanded",
    entrypoint: ['echo', '$(A) $$'],
    cmd: ['$B'],
    args: ['$(A)'],
    words: ['echo', '$$(A) $$$$', '$(A)'],
  },
]

for (const { name, entrypoint, cmd, args, words } of CASES) {
  test(name, (t) => t.deepEqual(combineCommand({ entrypoint, cmd }, args), words))
}

test("the words of an image are read from podman's answer, whatever is missing in it", (t) => {
  t.deepEqual(readImageWords('{"Entrypoint":["/a","b"],"Cmd":["c"],"User":"1"}'), {
    entrypoint: ['/a', 'b'],
    cmd: ['c'],
  })
  t.deepEqual(readImageWords('{"Entrypoint":null}'), { entrypoint: [], cmd: [] })
  t.deepEqual(readImageWords('null'), { entrypoint: [], cmd: [] })
})
