import test from 'ava'
import * as fc from 'fast-check'
import { choosePlatformCommand } from '../../src/image/platform-commands.ts'
import { combinePlatforms, formatRecord, readPlatformRecord } from '../../src/image/image-platforms.ts'

const image = (platform: string, entrypoint: readonly string[], cmd: readonly string[] = []) => ({
  platform,
  entrypoint,
  cmd,
})

test('a command of more than 64 KiB, on one platform or on all together, is not taken', (t) => {
  const long = 'x'.repeat(40_000)
  const tooLong = { problem: 'its ENTRYPOINT and CMD have more than 64 KiB' }
  t.deepEqual(combinePlatforms([image('linux/amd64', [long], [long])], undefined), tooLong)
  t.deepEqual(combinePlatforms([image('linux/amd64', [long]), image('linux/arm64', [`${long}y`])], undefined), tooLong)
  t.deepEqual(combinePlatforms([image('linux/amd64', [long])], undefined), { words: [long] })
})

for (const [what, images, args, expected] of [
  ['one', [image('linux/amd64', ['/a'], ['b'])], undefined, { words: ['/a', 'b'] }],
  ['the same', [image('linux/amd64', ['/a'], ['b']), image('linux/arm64', ['/a', 'b'])], [], { words: ['/a', 'b'] }],
  [
    'the same with args',
    [image('linux/amd64', ['/a'], ['b']), image('linux/arm64', ['/a'])],
    ['x'],
    { words: ['/a', 'x'] },
  ],
  [
    'another for Windows',
    [image('linux/amd64', ['/a']), image('windows/amd64', ['a.exe'])],
    undefined,
    { words: ['/a'] },
  ],
  [
    'each its own',
    [image('linux/amd64', ['/a'], ['$x']), image('linux/arm64', ['/b'])],
    undefined,
    { platforms: { 'linux/amd64': ['/a', '$$x'], 'linux/arm64': ['/b'] } },
  ],
  [
    'args come after',
    [image('linux/amd64', ['/a'], ['b']), image('linux/arm64', [], ['c'])],
    ['x'],
    { platforms: { 'linux/amd64': ['/a'], 'linux/arm64': [] } },
  ],
  [
    'a platform without a command is left out',
    [image('linux/amd64', ['/a']), image('linux/arm64', [])],
    undefined,
    { platforms: { 'linux/amd64': ['/a'] } },
  ],
  [
    'a variant that says the same needs no key',
    [
      image('linux/amd64/v3', ['/a']),
      image('linux/amd64', ['/a']),
      image('linux/arm/v5', ['/b']),
      image('linux/arm/v7', ['/b']),
    ],
    undefined,
    { platforms: { 'linux/amd64': ['/a'], 'linux/arm': ['/b'] } },
  ],
  [
    'a variant that says something else has one',
    [
      image('linux/amd64/v3', ['/fast']),
      image('linux/amd64', ['/a']),
      image('linux/arm/v5', ['/b']),
      image('linux/arm/v7', ['/c']),
    ],
    undefined,
    { platforms: { 'linux/amd64': ['/a'], 'linux/amd64/v3': ['/fast'], 'linux/arm': ['/b'], 'linux/arm/v7': ['/c'] } },
  ],
  ['nothing to run', [image('linux/amd64', [])], undefined, { problem: 'it has no ENTRYPOINT and no CMD' }],
  [
    'only Windows',
    [image('windows/amd64', ['a'])],
    undefined,
    { problem: 'it has no image for Linux, only for windows/amd64' },
  ],
  ['nothing', [], undefined, { problem: 'it has no image for Linux' }],
] as const) {
  test(`platforms: ${what}`, (t) => t.deepEqual(combinePlatforms(images, args), expected))
}

test('what is told of each platform, the wrapper finds on it', (t) => {
  const images = [
    image('linux/amd64', ['/amd']),
    image('linux/arm64', ['/arm64']),
    image('linux/arm/v6', ['/v6']),
    image('linux/arm/v7', ['/v7']),
  ]
  const found = combinePlatforms(images, undefined)
  const text = JSON.stringify('platforms' in found ? found.platforms : {})
  const choose = (arch: string) => choosePlatformCommand(text, arch, false)
  t.deepEqual(['x64', 'arm64', 'arm'].map(choose), [{ words: ['/amd'] }, { words: ['/arm64'] }, { words: ['/v7'] }])
})

test('a record is read as it was written, and nothing else is', (t) => {
  const words = fc.array(fc.string(), { maxLength: 3 })
  const images = fc.array(fc.record({ platform: fc.string(), entrypoint: words, cmd: words }), {
    minLength: 1,
    maxLength: 3,
  })
  fc.assert(fc.property(images, (list) => void t.deepEqual(readPlatformRecord(formatRecord(list)), list)))
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void t.is(readPlatformRecord(text), undefined)))
  t.is(readPlatformRecord('{"images":[]}'), undefined)
})
