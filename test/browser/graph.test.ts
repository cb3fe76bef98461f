/** Orders in a real browser: what is seen, moved, found, and never fetched. */
import test from 'ava'
import { placeDiagram } from '../../src/graph/place-diagram.ts'
import type { Diagram } from '../../src/graph/diagram.ts'
import { drawGraphHtml } from '../../src/graph/graph-html.ts'
import { drawGraphSvg, sizeLabel, sizeNode } from '../../src/graph/graph-svg.ts'
import { DARK, LIGHT } from '../../src/picture/theme.ts'
import { SHAPES } from '../support/diagrams.ts'
import { MIXED_ORDER, VOTING_ORDER } from '../support/drawn-orders.ts'
import { eventually } from '../support/eventually.ts'
import { ODD_TEXTS } from '../support/histories.ts'
import { type Browser, findChromium, type Page, startBrowser } from './chromium.ts'
import { assertSound, DESK, embedPicture, OVERLAPS, partsOf, PICTURE } from './measure.ts'

const chromium = findChromium()
const seen = chromium === undefined ? test.skip : test

let browser: Browser
test.before(() => {
  if (chromium !== undefined) browser = startBrowser(chromium)
})
test.after.always(async () => {
  if (chromium !== undefined) await browser.close()
})

const LARGE = SHAPES['12 stages, each container after one or two of the one before']?.() ?? VOTING_ORDER
const ORDERS: Readonly<Record<string, Diagram>> = { voting: VOTING_ORDER, mixed: MIXED_ORDER, large: LARGE }

const placementOf = async (diagram: Diagram) => placeDiagram(diagram, { node: sizeNode, label: sizeLabel })
const pageOf = async (diagram: Diagram) => drawGraphHtml(diagram, await placementOf(diagram))
const pictureOf = async (diagram: Diagram) => drawGraphSvg(diagram, await placementOf(diagram))
const scaleOf = async (page: Page) =>
  page.evaluate<number>(`order.getBoundingClientRect().width / order.viewBox.baseVal.width`)
const cornerOf = async (page: Page) => page.evaluate<number[]>(`[order.viewBox.baseVal.x, order.viewBox.baseVal.y]`)

for (const [name, diagram] of Object.entries(ORDERS)) {
  seen(`${name}: the page complains of nothing, fetches nothing, and no two texts overlap`, async (t) => {
    await assertSound(t, browser, `${name}.html`, await pageOf(diagram), 10)
  })

  seen(`${name}: texts of the picture lie in their boxes, on no others, and inside the picture`, async (t) => {
    const page = await browser.open(`${name}.svg`, await pictureOf(diagram), { width: 4000, height: 3000 })
    t.deepEqual((await page.evaluate<{ pairs: string[] }>(OVERLAPS)).pairs, [])
    const outside = await page.evaluate<
      string[]
    >(`[...document.querySelectorAll('[data-node], .terms')].flatMap((group) => {
      const frame = group.querySelector('rect, polygon').getBoundingClientRect()
      return [...group.querySelectorAll('text')].flatMap((text) => {
        const box = text.getBoundingClientRect()
        return box.left < frame.left + 3 || box.right > frame.right - 3 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1 ? [text.textContent] : []
      })
    })`)
    t.deepEqual(outside, [])
    const size = await page.evaluate<{ width: number; right: number }>(`({
      width: document.documentElement.width.baseVal.value,
      right: Math.max(...[...document.querySelectorAll('rect:not(.ground), text, polygon')].map((each) => each.getBoundingClientRect().right)),
    })`)
    t.true(size.right <= size.width - 12)
    t.deepEqual(page.complaints, [])
    await page.close()
  })
}

seen(
  'each link begins at what is waited for, runs through its label, and ends at the container that waits',
  async (t) => {
    for (const diagram of [VOTING_ORDER, MIXED_ORDER, LARGE]) {
      const page = await browser.open('links.svg', await pictureOf(diagram), { width: 4000, height: 3000 })
      const far = await page.evaluate<string[]>(`[...document.querySelectorAll('path[data-link]')].flatMap((path) => {
      const { from, to } = path.dataset
      const node = (index) => document.querySelector('[data-node="' + index + '"]').getBBox()
      const pill = document.querySelector('.terms[data-from="' + from + '"][data-to="' + to + '"]')?.getBBox()
      const length = path.getTotalLength()
      const within = (box, point, by) => point.x >= box.x - by && point.x <= box.x + box.width + by && point.y >= box.y - by && point.y <= box.y + box.height + by
      // The default condition is on no link.
      const through = pill === undefined || Array.from({ length: 200 }, (_, step) => path.getPointAtLength((length * step) / 199)).some((point) => within(pill, point, 1))
      const right = within(node(from), path.getPointAtLength(0), 1) && within(node(to), path.getPointAtLength(length), 3) && through
      return right ? [] : [from + ' -> ' + to]
    })`)
      t.deepEqual(far, [])
      await page.close()
    }
  },
)

seen('the picture loads as an image, on a ground as light or dark as the reader wants', async (t) => {
  for (const [dark, theme] of [[false, LIGHT] as const, [true, DARK] as const]) {
    const page = await browser.open('readme.html', embedPicture(await pictureOf(MIXED_ORDER)), { dark })
    const { width, colour } = await page.evaluate<{ width: number; colour: number[] }>(PICTURE)
    t.true(width > 500)
    t.deepEqual(colour, partsOf(theme.surface))
    await page.close()
  }
})

seen('the drawing is moved and zoomed by keys, by buttons, by wheel and by dragging', async (t) => {
  const page = await browser.open('move.html', await pageOf(LARGE), DESK)
  const begun = await scaleOf(page)
  t.true(begun >= 0.6, 'text is readable from the start')
  t.true(
    await page.evaluate(`view.classList.contains('more-right') || view.classList.contains('more-bottom')`),
    'it is seen to go on',
  )
  await page.evaluate('view.focus()')
  await page.press('+')
  await eventually('larger by a key', async () => (await scaleOf(page)) > begun * 1.2)
  await page.press('0')
  const whole = await eventually('all of it', async () => {
    const scale = await scaleOf(page)
    return scale < begun ? scale : undefined
  })
  await page.evaluate(`document.getElementById('in').click()`)
  t.true((await scaleOf(page)) > whole)
  const [left = 0] = await cornerOf(page)
  await page.press('ArrowRight')
  await eventually('moved by a key', async () => ((await cornerOf(page))[0] ?? 0) > left)
  const [x = 0, y = 0] = await cornerOf(page)
  await page.drag([600, 500], [500, 450])
  await eventually('moved by dragging', async () => {
    const [nowX = 0, nowY = 0] = await cornerOf(page)
    return nowX > x && nowY > y
  })
  const before = await scaleOf(page)
  await page.wheel([600, 500], -200)
  await eventually('larger by the wheel', async () => (await scaleOf(page)) > before)
  t.deepEqual(page.complaints, [])
  await page.close()
})

/** The links of all paths through a container: to it, and from it. */
function countPaths(name: string): number {
  const found = new Set<object>()
  for (const [near, far] of [
    ['container', 'target'],
    ['target', 'container'],
  ] as const) {
    const reached = new Set([name])
    for (const one of reached) {
      for (const link of LARGE.links.filter((each) => each[near] === one)) {
        found.add(link)
        reached.add(link[far])
      }
    }
  }
  return found.size
}

seen('a container is found by its name, shown in the middle, with those that it is linked with', async (t) => {
  const page = await browser.open('find.html', await pageOf(LARGE), DESK)
  await page.evaluate(`document.getElementById('find').focus()`)
  for (const key of 'container-150') await page.press(key)
  const middle = await eventually('the node is in the middle', async () => {
    const off = await page.evaluate<number | null>(`(() => {
      if (find.value !== 'container-150') return null
      const box = document.querySelector('.picked').getBoundingClientRect()
      const frame = view.getBoundingClientRect()
      return Math.hypot(box.left + box.width / 2 - frame.left - frame.width / 2, box.top + box.height / 2 - frame.top - frame.height / 2)
    })()`)
    return off === null ? undefined : { off }
  })
  t.true(middle.off < 4)
  t.is(await page.evaluate(`document.querySelectorAll('path.near').length`), countPaths('container-150'))
  t.regex(
    await page.evaluate(`document.getElementById('found').textContent`),
    /^container-150 waits for container-\d+\/ready/,
  )
  await page.close()
})

seen('without scripts all of it is there, also as a list', async (t) => {
  const page = await browser.open('plain.html', await pageOf(MIXED_ORDER), { ...DESK, script: false })
  t.is(await page.evaluate(`document.querySelectorAll('[data-node]').length`), MIXED_ORDER.nodes.length)
  t.false(await page.evaluate(`document.getElementById('tools').checkVisibility()`))
  const rows = await page.evaluate<string[]>(
    `[...document.querySelectorAll('#list tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent).join('; '))`,
  )
  t.is(
    rows[4],
    '3; api; migrate/completed, warm-up-of-a-cache-with-a-name-that-is-longer-than-a-box-can-be/ended (optional), service/mail/open (within 2m); end; main · 2.10 s · on the critical path',
  )
  await page.close()
})

seen('in print all of the drawing is on the page', async (t) => {
  const page = await browser.open('print.html', await pageOf(MIXED_ORDER), { width: 760, media: 'print' })
  const edges = await page.evaluate<{ right: number; left: number }>(`(() => {
    const boxes = [...document.querySelectorAll('[data-node]')].map((node) => node.getBoundingClientRect())
    return { left: Math.min(...boxes.map((box) => box.left)), right: Math.max(...boxes.map((box) => box.right)) }
  })()`)
  t.true(edges.left >= 0 && edges.right <= 760)
  await page.close()
})

seen('names that are markup stay text', async (t) => {
  const [name = '', other = ''] = ODD_TEXTS
  const node = { kind: 'container', stage: 0, main: false, critical: false } as const
  const odd: Diagram = {
    title: ODD_TEXTS.join(' '),
    nodes: ODD_TEXTS.map((text) => ({ ...node, name: text })),
    links: [{ container: name, target: other, condition: name, optional: false, critical: false }],
    criticalMs: undefined,
  }
  const page = await browser.open('odd.html', await pageOf(odd), DESK)
  t.deepEqual(await page.evaluate('[document.scripts.length, document.images.length]'), [1, 0])
  t.is(await page.evaluate(`document.querySelectorAll('[data-node]').length`), ODD_TEXTS.length)
  t.deepEqual(page.complaints, [])
  t.deepEqual(page.requests, [])
  const parsed = `new DOMParser().parseFromString(${JSON.stringify(await pictureOf(odd))}, 'image/svg+xml').querySelectorAll('parsererror, script, image').length`
  t.is(await page.evaluate(parsed), 0)
  await page.close()
})
