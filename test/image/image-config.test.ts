import test from 'ava'
import { findInConfig, readConfigFile, readSaidCommand } from '../../src/image/image-config.ts'
import { parseReference } from '../../src/image/image-reference.ts'

const DIGEST = `sha256:${'a'.repeat(64)}`

test('an image is found in the file by whatever names it, its digest first', (t) => {
  const config = readConfigFile({
    nginx: { cmd: ['latest'] },
    'docker.io/library/nginx:1': { Entrypoint: ['/docker-entrypoint.sh'], Cmd: null },
    [`nginx@${DIGEST}`]: { cmd: ['pinned'] },
    'quay.io/app': {},
  })
  if ('faults' in config) return t.fail(config.faults.join())
  const find = (image: string) => {
    const reference = parseReference(image)
    return 'problem' in reference ? reference.problem : findInConfig(config, reference)
  }
  t.deepEqual(find('docker.io/nginx:latest'), { entrypoint: [], cmd: ['latest'] })
  t.deepEqual(find('nginx:1'), { entrypoint: ['/docker-entrypoint.sh'], cmd: [] })
  t.deepEqual(find(`index.docker.io/nginx:1@${DIGEST}`), { entrypoint: [], cmd: ['pinned'] })
  t.deepEqual(find(`nginx:1@sha256:${'b'.repeat(64)}`), { entrypoint: ['/docker-entrypoint.sh'], cmd: [] })
  t.deepEqual(find('quay.io/app:latest'), { entrypoint: [], cmd: [] })
  t.is(find('nginx:2'), undefined)
  t.is(find(`quay.io/app@${DIGEST}`), undefined)
})

test('every fault of the file is told at once', (t) => {
  t.deepEqual(
    readConfigFile({
      Nginx: { cmd: [] },
      a: 'sh',
      b: { entrypoint: 'sh -c ls' },
      c: { cmd: ['a', 1] },
      d: { command: ['x'] },
      e: { cmd: ['fine'] },
    }),
    {
      faults: [
        'the image "Nginx" has capitals in its repository, which are not allowed',
        'a: it must be a map with entrypoint and cmd',
        'b: entrypoint must be a list of words, like ["/bin/app", "--serve"]',
        'c: cmd must be a list of words, like ["sh", "-c", "ls"]',
        'd: "command" is not known; there are entrypoint, cmd and stopSignal',
      ],
    },
  )
  for (const file of [null, [], 'text']) {
    t.deepEqual(readConfigFile(file), { faults: ['it must be a map from image names to {entrypoint: […], cmd: […]}'] })
  }
})

test('an annotation is a JSON list of words', (t) => {
  t.deepEqual(readSaidCommand('["/a", ""]'), { entrypoint: ['/a', ''], cmd: [] })
  for (const said of ['', '/a', '"a"', '{}', '[1]', 'null']) t.is(typeof readSaidCommand(said), 'string', said)
})
