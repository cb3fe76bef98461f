/** Who gets to see credentials and tokens, whatever a registry answers and wherever it sends us. */
import test from 'ava'
import * as fc from 'fast-check'
import { findCommands } from '../../src/image/lookup.ts'
import type { AskRegistry, RegistryAnswer } from '../../src/image/registry-exchange.ts'

const REGISTRY = 'https://registry.example'
const MIRROR = 'https://mirror.example'
const TOKENS = 'https://tokens.example'
const OTHERS = ['https://storage.example', 'https://evil.example', 'http://plain.example', 'http://registry.example']
const HOSTS = [REGISTRY, MIRROR, TOKENS, ...OTHERS]

/** What a host answers to everything that it is asked. */
type Answering =
  | { readonly kind: 'redirect'; readonly to: string }
  | { readonly kind: 'challenge'; readonly status: 401 | 403; readonly header: string }
  | { readonly kind: 'token' }
  | { readonly kind: 'nothing' }

type World = Readonly<Record<string, readonly Answering[]>>

const originOf = (url: string): string => new URL(url).origin

function answer(answering: Answering, url: string): RegistryAnswer {
  const said = { status: 404, headers: {}, text: '', digest: () => '' }
  switch (answering.kind) {
    case 'redirect':
      return { ...said, status: 307, headers: { location: `${answering.to}${new URL(url).pathname}` } }
    case 'challenge':
      return { ...said, status: answering.status, headers: { 'www-authenticate': answering.header } }
    case 'token':
      return { ...said, status: 200, text: '{"token":"t0ken"}' }
    case 'nothing':
      return said
  }
}

/** @returns all that was asked, with the realms that the registry and its mirror themselves had named before */
async function lookUp(world: World, entry: object) {
  const asked: { readonly ask: AskRegistry; readonly named: ReadonlySet<string> }[] = []
  const named = new Set<string>()
  const turns = new Map<string, number>()
  const exchange = (ask: AskRegistry): Promise<RegistryAnswer> => {
    asked.push({ ask, named: new Set(named) })
    const origin = originOf(ask.url)
    const turn = turns.get(origin) ?? 0
    turns.set(origin, turn + 1)
    const answerings = world[origin] ?? []
    const answering = answerings[Math.min(turn, answerings.length - 1)] ?? { kind: 'nothing' }
    const realm = answering.kind === 'challenge' ? /Bearer realm="([^"]*)"/.exec(answering.header)?.[1] : undefined
    if ([REGISTRY, MIRROR].includes(origin) && realm !== undefined) named.add(originOf(realm))
    return Promise.resolve(answer(answering, ask.url))
  }
  const dockerConfig = JSON.stringify({ auths: { 'registry.example': entry } })
  await findCommands(
    [{ container: 'app', image: 'registry.example/a/b:1', args: undefined, said: undefined, pullSecrets: [] }],
    {
      imageConfig: new Map(),
      registries: {
        mirrors: { 'registry.example': [MIRROR] },
        insecure: ['plain.example'],
      },
      ...{ dockerConfig, offline: false, timeoutMs: 5000 },
    },
    { exchange, cache: undefined },
    new AbortController().signal,
  )
  return asked
}

const SECRETS = [{ auth: Buffer.from('user:s3cret').toString('base64') }, { identitytoken: 's3cret-refresh' }] as const

const challenge = (realm: string): Answering => ({
  ...{ kind: 'challenge', status: 401 },
  header: `Bearer realm="${realm}/token",service="s"`,
})

const BASIC: Answering = { kind: 'challenge', status: 401, header: 'Basic realm="x"' }

const answerings: fc.Arbitrary<Answering> = fc.oneof(
  fc.constantFrom(...HOSTS).map((to): Answering => ({ kind: 'redirect', to })),
  fc.constantFrom(...HOSTS).map(challenge),
  fc.constantFrom<Answering>({ kind: 'token' }, { kind: 'nothing' }, BASIC),
)

const worlds = fc.record(
  Object.fromEntries(HOSTS.map((host) => [host, fc.array(answerings, { minLength: 1, maxLength: 4 })])),
)

/** A password or a refresh token goes to the registry and to token servers that it named itself; a token goes to the registry. */
function findLeak(asked: Awaited<ReturnType<typeof lookUp>>): string | undefined {
  for (const { ask, named } of asked) {
    const origin = originOf(ask.url)
    const isSecret = ask.authorization?.kind === 'basic' || ask.form !== undefined
    if (isSecret && origin !== REGISTRY && !named.has(origin)) return `credentials to ${origin}`
    if (isSecret && ask.url.startsWith('http:')) return `credentials in plain HTTP to ${origin}`
    if (ask.authorization?.kind === 'bearer' && ![REGISTRY, MIRROR].includes(origin)) return `a token to ${origin}`
  }
  return undefined
}

test('credentials go to the registry and to the token server that it names, tokens to the registry alone', async (t) => {
  await fc.assert(
    fc.asyncProperty(worlds, fc.constantFrom(...SECRETS), async (world, entry) => {
      t.is(findLeak(await lookUp(world, entry)), undefined)
    }),
    { numRuns: 400 },
  )
})

test('the registry’s own challenge is answered with credentials', async (t) => {
  const [password, refresh] = SECRETS
  const world = { [REGISTRY]: [challenge(TOKENS)], [TOKENS]: [{ kind: 'token' }] } as const
  const asked = await lookUp(world, password)
  t.true(asked.some(({ ask }) => originOf(ask.url) === TOKENS && ask.authorization?.kind === 'basic'))
  t.true(asked.some(({ ask }) => originOf(ask.url) === REGISTRY && ask.authorization?.kind === 'bearer'))
  t.true((await lookUp(world, refresh)).some(({ ask }) => originOf(ask.url) === TOKENS && ask.form !== undefined))
  const basic = await lookUp({ [REGISTRY]: [BASIC] }, password)
  t.true(basic.some(({ ask }) => originOf(ask.url) === REGISTRY && ask.authorization?.kind === 'basic'))
})

test('a challenge of the host that was redirected to is not answered', async (t) => {
  const [storage = '', evil = ''] = OTHERS
  for (const entry of SECRETS) {
    const asked = await lookUp(
      { [REGISTRY]: [{ kind: 'redirect', to: storage }], [storage]: [challenge(evil)], [evil]: [{ kind: 'token' }] },
      entry,
    )
    t.false(asked.some(({ ask }) => originOf(ask.url) === evil))
  }
})
