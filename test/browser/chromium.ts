/** Drives a headless Chromium over its debugging pipe (Chrome DevTools Protocol): no port, no package. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { pathToFileURL } from 'node:url'

export interface Sight {
  /** px */
  readonly width?: number
  readonly height?: number
  readonly dark?: boolean
  readonly media?: 'screen' | 'print'
  readonly script?: boolean
}

export interface Page {
  /** The value of an expression, as JSON carries it. @throws what the page has thrown */
  evaluate<Value>(expression: string): Promise<Value>
  /** `Tab`, `Enter`, `Escape`, `+`, … as KeyboardEvent.key names them. */
  press(key: string): Promise<void>
  drag(from: readonly [number, number], to: readonly [number, number]): Promise<void>
  wheel(at: readonly [number, number], deltaY: number): Promise<void>
  move(at: readonly [number, number]): Promise<void>
  /** A PNG. */
  photograph(): Promise<Uint8Array>
  close(): Promise<void>
  /** Errors of the console, what was thrown, what the page's policy has refused. */
  readonly complaints: readonly string[]
  /** What it has asked for beside itself. */
  readonly requests: readonly string[]
}

export interface Browser {
  /** @param name with the extension that tells what it is, `a.svg`, `a.html` */
  open(name: string, text: string, sight?: Sight): Promise<Page>
  close(): Promise<void>
}

interface Answer {
  readonly id?: number
  readonly sessionId?: string
  readonly method?: string
  readonly params?: Readonly<Record<string, unknown>>
  readonly result?: Readonly<Record<string, unknown>>
  readonly error?: { readonly message: string }
}

/** @returns undefined where none is installed */
export function findChromium(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const places = [...folders, '/usr/bin'].flatMap((folder) =>
    ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join(folder, name)),
  )
  return places.find((path) => existsSync(path))
}

export function startBrowser(path: string): Browser {
  const workspace = mkdtempSync(join(tmpdir(), 'podorder-browser-'))
  const child = spawn(
    path,
    [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'],
      ...['--remote-debugging-pipe', `--user-data-dir=${join(workspace, 'profile')}`, 'about:blank'],
    ],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] },
  )
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const { call, follow } = speak(child.stdio[3] as Writable, child.stdio[4] as Readable, ended)

  async function open(name: string, text: string, sight: Sight = {}): Promise<Page> {
    // A folder each: tests that run at once may call theirs the same.
    const file = join(mkdtempSync(join(workspace, 'page-')), name)
    writeFileSync(file, text)
    const address = pathToFileURL(file).href
    // A window of its own: a tab behind another one is not drawn, and hears of no mouse.
    const { targetId } = await call('Target.createTarget', { url: 'about:blank', newWindow: true })
    const { sessionId } = await call('Target.attachToTarget', { targetId, flatten: true })
    const session = sessionId as string
    const ask = async (method: string, params: object = {}) => call(method, params, session)
    const complaints: string[] = []
    const requests: string[] = []
    const loaded = new Promise<void>((resolve) => {
      follow(session, (method, params) => {
        if (method === 'Page.loadEventFired') resolve()
        if (method === 'Network.requestWillBeSent') {
          const { url } = params['request'] as { url: string }
          if (url !== address) requests.push(url)
        }
        if (method === 'Runtime.exceptionThrown' || method === 'Log.entryAdded') complaints.push(JSON.stringify(params))
        if (method === 'Runtime.consoleAPICalled' && params['type'] === 'error') complaints.push(JSON.stringify(params))
      })
    })
    for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await ask(`${domain}.enable`)
    await setSight(ask, sight)
    await ask('Page.navigate', { url: address })
    await loaded
    return {
      complaints,
      requests,
      ...makeHands(ask),
      close: async () => void (await call('Target.closeTarget', { targetId })),
    }
  }

  return {
    open,
    close: async () => {
      await Promise.race([call('Browser.close'), ended])
      await ended
      rmSync(workspace, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

type Ask = (method: string, params?: object) => Promise<Readonly<Record<string, unknown>>>

async function setSight(
  ask: Ask,
  { width = 1200, height = 800, dark = false, media = 'screen', script = true }: Sight,
) {
  await ask('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false })
  const features = [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }]
  await ask('Emulation.setEmulatedMedia', { media, features })
  await ask('Emulation.setScriptExecutionDisabled', { value: !script })
}

function makeHands(ask: Ask): Omit<Page, 'close' | 'complaints' | 'requests'> {
  const mouse = async (type: string, [x, y]: readonly [number, number], more: object = {}) =>
    ask('Input.dispatchMouseEvent', { type, x, y, ...more })
  const held = { button: 'left', buttons: 1, clickCount: 1 }
  return {
    async evaluate<Value>(expression: string): Promise<Value> {
      const { result, exceptionDetails } = await ask('Runtime.evaluate', {
        expression,
        returnByValue: true,
        awaitPromise: true,
      })
      if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails))
      return (result as { value: Value }).value
    },
    async press(key) {
      const text = key.length === 1 ? { text: key } : key === 'Enter' ? { text: '\r' } : {}
      const windowsVirtualKeyCode = { Tab: 9, Enter: 13, Escape: 27, ArrowRight: 39, ArrowDown: 40 }[key] ?? 0
      await ask('Input.dispatchKeyEvent', { type: 'keyDown', key, code: key, windowsVirtualKeyCode, ...text })
      await ask('Input.dispatchKeyEvent', { type: 'keyUp', key, code: key, windowsVirtualKeyCode })
    },
    async drag(from, to) {
      await mouse('mousePressed', from, held)
      await mouse('mouseMoved', to, held)
      await mouse('mouseReleased', to, held)
    },
    async wheel(at, deltaY) {
      await mouse('mouseWheel', at, { deltaX: 0, deltaY })
    },
    async move(at) {
      await mouse('mouseMoved', at)
    },
    async photograph() {
      const { data } = await ask('Page.captureScreenshot', { format: 'png' })
      return Buffer.from(data as string, 'base64')
    },
  }
}

/** Messages are JSON, each ended by a NUL. */
function speak(to: Writable, from: Readable, ended: Promise<void>) {
  const waiting = new Map<
    number,
    { readonly resolve: (answer: Answer) => void; readonly reject: (error: Error) => void }
  >()
  const followers = new Map<string, (method: string, params: Readonly<Record<string, unknown>>) => void>()
  let last = 0
  let rest = ''
  from.setEncoding('utf8')
  from.on('data', (chunk: string) => {
    const messages = (rest + chunk).split('\0')
    rest = messages.pop() ?? ''
    for (const message of messages) take(JSON.parse(message) as Answer)
  })
  to.on('error', () => undefined)
  void ended.then(() => {
    for (const { reject } of waiting.values()) reject(new Error('the browser has ended'))
  })

  function take(answer: Answer): void {
    if (answer.id === undefined) followers.get(answer.sessionId ?? '')?.(answer.method ?? '', answer.params ?? {})
    else waiting.get(answer.id)?.resolve(answer)
  }

  async function call(method: string, params: object = {}, sessionId?: string) {
    const id = ++last
    const answer = await new Promise<Answer>((resolve, reject) => {
      waiting.set(id, { resolve, reject })
      to.write(`${JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) })}\0`)
    })
    waiting.delete(id)
    if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`)
    return answer.result ?? {}
  }

  return {
    call,
    follow: (session: string, follower: (method: string, params: Readonly<Record<string, unknown>>) => void) => {
      followers.set(session, follower)
    },
  }
}
