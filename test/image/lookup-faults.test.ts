/** What stands between the lookup and a real registry: storage elsewhere, limits, lies, silence. */
import test, { type ExecutionContext } from 'ava'
import type { IncomingMessage } from 'node:http'
import type { CommandFound } from '../../src/image/lookup.ts'
import { passOn, startFront, type Answer, type Front } from '../support/registry-front.ts'
import {
  digestOf,
  makeDirectory,
  openPusher,
  startRegistry,
  type IndexEntry,
  type Registry,
} from '../support/registry.ts'
import { lookUp, RUNTIMES, type Lookup } from './look-up.ts'

const directory = makeDirectory()
let registry: Registry
let app: IndexEntry

test.before(async () => {
  registry = await startRegistry(directory.path)
  app = await openPusher(registry).image('app:1', { entrypoint: ['/app'] })
  await openPusher(registry).index('many:1', [await openPusher(registry).image('many', { entrypoint: ['/app'] })])
})

test.after.always(async () => {
  await registry.stop()
  directory.remove()
})

const openFront = (t: ExecutionContext, answer: Answer): Promise<Front> => startFront(t, registry.host, answer)

function told(found: readonly CommandFound[]): unknown {
  const [first] = found
  return first !== undefined && 'problem' in first ? first.problem.replace(/^.*? is not known: /, '') : first
}

const isBlob = ({ url = '' }: IncomingMessage): boolean => url.includes('/blobs/')
const APP = { words: ['/app'] }

for (const [runtime, find] of Object.entries(RUNTIMES)) {
  const ask = async ({ host }: Front, lookup: Partial<Lookup> = {}, insecure: readonly string[] = []) =>
    told(await find({ images: [`${host}/app:1`], insecure: [host, ...insecure], ...lookup }))

  test(`${runtime}: a blob may lie elsewhere, and no credentials go there`, async (t) => {
    const storage = await openFront(t, () => false)
    const front = await openFront(t, (request, response) => {
      const isKnown = request.headers.authorization !== undefined
      if (!isKnown) response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end()
      else if (isBlob(request)) response.writeHead(307, { location: `http://${storage.host}${request.url}` }).end()
      return !isKnown || isBlob(request)
    })
    const dockerConfig = { auths: { [front.host]: { username: 'jane', password: 'x' } } }
    t.deepEqual(await ask(front, { dockerConfig }, [storage.host]), APP)
    t.is(storage.asked.length, 1)
    t.notRegex(storage.asked.join(), / as /)
    t.regex(front.asked.at(-1) ?? '', / as Basic /)
    t.is(
      await ask(front, { dockerConfig }),
      `${storage.host} would be spoken to in plain HTTP, and is not named as insecure`,
    )
  })

  test(`${runtime}: redirects in a circle end`, async (t) => {
    const front = await openFront(t, ({ url }, response) => {
      response.writeHead(302, { location: url }).end()
      return true
    })
    t.is(await ask(front), `${front.host} redirects more than 5 times`)
  })

  test(`${runtime}: a limit of requests is waited for once`, async (t) => {
    for (const [patience, most] of [
      ['0', 1],
      ['0', 2],
      ['3600', 1],
      ['soon', 1],
    ] as const) {
      let left: number = most
      const front = await openFront(t, (_, response) => {
        if (left-- <= 0) return false
        response.writeHead(429, { 'retry-after': patience }).end('{"errors":[{"code":"TOOMANYREQUESTS"}]}')
        return true
      })
      const limited = `${front.host} has had too many requests (429 TOOMANYREQUESTS); try again later, or name a mirror`
      t.deepEqual(await ask(front), patience === '0' && most === 1 ? APP : limited)
    }
  })

  for (const [status, body, expected] of [
    [
      403,
      '{"errors":[{"code":"DENIED","message":"jane:secret"}]}',
      "does not allow it (403 DENIED); give credentials by an imagePullSecret or Docker's config.json",
    ],
    [404, '{"errors":[{"code":"NAME_UNKNOWN"}]}', 'has no such image (404 NAME_UNKNOWN)'],
    [500, '<html>', 'is in trouble (500); try again later'],
    [503, '{"errors":[null]}', 'is in trouble (503); try again later'],
    [418, '{"errors":[{"code":"a secret"}]}', 'answers with HTTP status (418)'],
  ] as const) {
    test(`${runtime}: HTTP status ${status}`, async (t) => {
      const front = await openFront(t, (_, response) => {
        response.writeHead(status).end(body)
        return true
      })
      t.is(await ask(front), `${front.host} ${expected}`)
    })
  }

  test(`${runtime}: what is silent is given up in time, a mirror before its registry`, async (t) => {
    const silent = await openFront(t, () => true)
    const slow = await openFront(t, (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{')
      return true
    })
    const expectGivenUp = async (front: Front): Promise<void> => {
      t.is(await ask(front, { timeoutMs: 300 }), `${front.host} did not answer in time`)
      const working = await openFront(t, () => false)
      const mirrors = { [working.host]: [`http://${front.host}`] }
      t.deepEqual(await ask(working, { mirrors, timeoutMs: 8000 }, [front.host]), APP)
    }
    await Promise.all([silent, slow].map(expectGivenUp))
  })

  test(`${runtime}: a connection that is cut`, async (t) => {
    const front = await openFront(t, (request) => {
      request.socket.destroy()
      return true
    })
    t.is(await ask(front), `${front.host} closed the connection before it answered`)
  })

  test(`${runtime}: an answer without end is not read to its end`, async (t) => {
    const front = await openFront(t, (_, response) => {
      response.writeHead(200)
      const piece = Buffer.alloc(64 * 1024, ' ')
      const more = (): void => {
        while (!response.destroyed && response.write(piece));
      }
      response.on('drain', more)
      more()
      return true
    })
    t.is(await ask(front), `${front.host} answers with more than 4194304 bytes`)
  })

  test(`${runtime}: bytes that do not have their digest are refused`, async (t) => {
    const blob = await openFront(t, (request, response) => {
      if (isBlob(request)) response.end('{"config":{"Entrypoint":["/evil"]}}')
      return isBlob(request)
    })
    t.is(await ask(blob), 'its configuration does not have the digest that its manifest names')
    const manifest = await openFront(t, (request, response) => {
      if (isBlob(request)) return false
      response.end('{}')
      return true
    })
    const other = `${manifest.host} sends another manifest than the one with this digest`
    t.is(await ask(manifest, { images: [`${manifest.host}/app@${app.digest}`] }), other)
    const header = await openFront(t, (request, response) => {
      if (!isBlob(request)) response.writeHead(200, { 'docker-content-digest': digestOf('x') }).end('{}')
      return !isBlob(request)
    })
    t.is(await ask(header), `${header.host} sends another manifest than the one with this digest`)
    const entry = await openFront(t, (request, response) => {
      const isEntry = request.url?.includes('/manifests/sha256:') === true
      if (isEntry) response.end('{}')
      return isEntry
    })
    t.is(
      await ask(entry, { images: [`${entry.host}/many:1`] }),
      'its index does not lead to the manifest with the digest it names',
    )
  })

  test(`${runtime}: a token service that gives none, and one that is gone`, async (t) => {
    for (const [realm, expected] of [
      ['/token', 'gives none'],
      ['http://127.0.0.1:9/token', '127.0.0.1:9 refuses the connection'],
    ] as const) {
      const front: Front = await openFront(t, ({ url }, response) => {
        if (url?.startsWith('/token') === true) response.end('{"token":"two\\nlines"}')
        else {
          const where = URL.parse(realm)?.href ?? `http://${front.host}${realm}`
          response.writeHead(401, { 'www-authenticate': `Bearer realm="${where}",service="s"` }).end()
        }
        return true
      })
      const found = await ask(front, {}, ['127.0.0.1:9'])
      t.is(found, `${front.host} wants a token, but ${realm === '/token' ? `${front.host} ` : ''}${expected}`)
    }
  })
}

test('an image is asked for once, however many containers have it', async (t) => {
  const front = await openFront(t, () => false)
  const images = Array.from({ length: 20 }, () => `${front.host}/app:1`)
  t.deepEqual(
    await lookUp({ images, insecure: [front.host] }),
    images.map(() => APP),
  )
  t.is(front.asked.length, 2)
})

test('no more than four images are asked for at once, and the answers keep their order', async (t) => {
  const waiting: (() => void)[] = []
  let most = 0
  const front = await openFront(t, (request, response) => {
    waiting.push(() => void passOn(registry.host, request, response))
    most = Math.max(most, waiting.length)
    setImmediate(() => waiting.shift()?.())
    return true
  })
  const images = Array.from({ length: 12 }, (_, index) => `${front.host}/${index % 2 === 0 ? 'app' : `none${index}`}:1`)
  const found = await lookUp({ images, insecure: [front.host] })
  t.deepEqual(
    found.map((one) => 'words' in one),
    images.map((_, index) => index % 2 === 0),
  )
  t.true(most <= 4)
})

test('a lookup that is called off ends, and says so of every image', async (t) => {
  const caller = new AbortController()
  const front = await openFront(t, () => {
    caller.abort()
    return true
  })
  const images = ['a:1', 'b:1'].map((name) => `${front.host}/${name}`)
  const found = await lookUp({ images, insecure: [front.host] }, caller.signal)
  t.deepEqual(
    found.map((one) => told([one])),
    images.map(() => `${front.host} did not answer in time`),
  )
})
