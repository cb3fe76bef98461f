import test from 'ava'
import * as fc from 'fast-check'
import { choosePlatformCommand } from '../../src/image/platform-commands.ts'

const choose = (commands: object, arch: string, more = true) => {
  const choice = choosePlatformCommand(JSON.stringify(commands), arch, more)
  return 'words' in choice ? choice.words : choice.problem
}

test('each architecture finds its platform by the name that an image index has for it', (t) => {
  const names = ['amd64', '386', 'arm64', 'arm/v7', 'ppc64le', 'riscv64', 's390x']
  const commands = Object.fromEntries(names.map((name) => [`linux/${name}`, [name]]))
  const expected = { x64: 'amd64', ia32: '386', arm64: 'arm64', arm: 'arm/v7', ppc64: 'ppc64le', riscv64: 'riscv64' }
  for (const [arch, name] of Object.entries(expected)) t.deepEqual(choose(commands, arch), [name])
})

test('a variant goes before the plain name, and does without it', (t) => {
  t.deepEqual(choose({ 'linux/arm64': ['plain'], 'linux/arm64/v8': ['v8'] }, 'arm64'), ['v8'])
  t.deepEqual(choose({ 'linux/arm64': ['plain'] }, 'arm64'), ['plain'])
  t.deepEqual(choose({ 'linux/arm/v6': ['v6'], 'linux/arm': ['plain'] }, 'arm'), ['v6'])
  t.deepEqual(choose({ 'linux/arm': ['plain'], 'linux/arm/v7': ['v7'] }, 'arm'), ['v7'])
})

test('a platform that is not there is told with those that are', (t) => {
  t.is(
    choose({ 'linux/arm64': ['a'], 'windows/amd64': ['b'] }, 'x64'),
    'PODORDER_PLATFORM_COMMANDS has no command for linux/amd64; its platforms: linux/arm64, windows/amd64',
  )
  t.is(choose({}, 'x64'), 'PODORDER_PLATFORM_COMMANDS has no command for linux/amd64; its platforms: none')
})

test('an empty command will do only before other words', (t) => {
  t.deepEqual(choose({ 'linux/amd64': [] }, 'x64', true), [])
  t.is(choose({ 'linux/amd64': [] }, 'x64', false), 'PODORDER_PLATFORM_COMMANDS has an empty command for linux/amd64')
})

const FORM = 'PODORDER_PLATFORM_COMMANDS is not JSON of the form {"linux/amd64":["app"]}; inject writes it so'

for (const text of [
  '',
  'app',
  '[]',
  'null',
  '"app"',
  '{"linux/amd64":"app"}',
  '{"linux/amd64":[1]}',
  '{"a":["\\u0000"]}',
]) {
  test(`refused: ${text}`, (t) => t.deepEqual(choosePlatformCommand(text, 'x64', true), { problem: FORM }))
}

test('whatever it holds, it gives words or one sentence, and never throws', (t) => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string()), fc.constantFrom('x64', 'arm', 'mips'), (text, arch) => {
      const choice = choosePlatformCommand(text, arch, true)
      if ('words' in choice) t.true(choice.words.every((word) => typeof word === 'string'))
      else t.regex(choice.problem, /^PODORDER_PLATFORM_COMMANDS /)
    }),
  )
})
