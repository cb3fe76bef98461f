/** Timelines in a real browser: what is seen, reached by keys, and never fetched. */
import test from 'ava'
import { DARK, LIGHT } from '../../src/picture/theme.ts'
import { drawTimelineHtml } from '../../src/timeline/timeline-html.ts'
import { drawTimelineSvg } from '../../src/timeline/timeline-svg.ts'
import type { History } from '../../src/history/history.ts'
import { eventually } from '../support/eventually.ts'
import { makeCrowd, ODD_TEXTS, TROUBLED, VOTING } from '../support/histories.ts'
import { markForbidden } from '../support/xml.ts'
import { type Browser, findChromium, startBrowser } from './chromium.ts'
import { assertSound, DESK, embedPicture, OVERLAPS, partsOf, PHONE, PICTURE } from './measure.ts'

const chromium = findChromium()
const seen = chromium === undefined ? test.skip : test

const HISTORIES: Readonly<Record<string, History>> = { voting: VOTING, troubled: TROUBLED, crowd: makeCrowd() }
const INK = `getComputedStyle(document.body).color.match(/[0-9]+/g).map(Number)`

let browser: Browser
test.before(() => {
  if (chromium !== undefined) browser = startBrowser(chromium)
})
test.after.always(async () => {
  if (chromium !== undefined) await browser.close()
})

for (const [name, history] of Object.entries(HISTORIES)) {
  seen(`${name}: the page complains of nothing, fetches nothing, and no two texts overlap`, async (t) => {
    await assertSound(t, browser, `${name}.html`, drawTimelineHtml(history), 20)
  })

  seen(`${name}: the picture has no two texts on each other, and none beyond its edge`, async (t) => {
    const svg = drawTimelineSvg(history)
    const page = await browser.open(`${name}.svg`, svg, { width: 960 })
    const { count, pairs } = await page.evaluate<{ count: number; pairs: string[] }>(OVERLAPS)
    t.true(count > 20)
    t.deepEqual(pairs, [])
    const right = `Math.max(...[...document.querySelectorAll('text')].map((text) => text.getBoundingClientRect().right))`
    t.true((await page.evaluate<number>(right)) <= 960 - 12)
    t.deepEqual(page.complaints, [])
    await page.close()
  })

  seen(`${name}: the picture loads as an image, on a ground as light or dark as the reader wants`, async (t) => {
    for (const [dark, theme] of [[false, LIGHT] as const, [true, DARK] as const]) {
      const page = await browser.open('readme.html', embedPicture(drawTimelineSvg(history)), { dark })
      t.deepEqual(await page.evaluate(PICTURE), { width: 960, colour: [...partsOf(theme.surface)] })
      await page.close()
    }
  })
}

seen('bars lie where the times say, however wide the window is', async (t) => {
  const spanMs = VOTING.endMs - VOTING.startMs
  const [, postgres] = VOTING.containers
  const { startedMs = 0, readyMs = 0 } = postgres?.lives[0] ?? {}
  for (const width of [1600, 1280, 700]) {
    const page = await browser.open('bars.html', drawTimelineHtml(VOTING), { width })
    const places = await page.evaluate<{ from: number; to: number }>(`(() => {
      const svg = document.querySelector('[data-name=postgres] svg').getBoundingClientRect()
      const bar = document.querySelector('[data-name=postgres] .starting').getBoundingClientRect()
      return { from: (bar.left - svg.left) / svg.width, to: (bar.right - svg.left) / svg.width }
    })()`)
    t.true(Math.abs(places.from - (startedMs - VOTING.startMs) / spanMs) < 0.005)
    t.true(Math.abs(places.to - (readyMs - VOTING.startMs) / spanMs) < 0.005)
    await page.close()
  }
})

seen('the critical path is one line from row to row', async (t) => {
  for (const history of [VOTING, makeCrowd()]) {
    const page = await browser.open('path.html', drawTimelineHtml(history), DESK)
    const gaps = await page.evaluate<number[]>(`[...document.querySelectorAll('tr:has(.joint)')].map((row) => {
      const box = (line) => line.getBoundingClientRect()
      const opener = document.querySelectorAll('#timeline tbody tr')[row.dataset.by]
      const along = box(opener.querySelector('.critical > line'))
      const down = box(row.querySelector('.joint line'))
      return Math.max(Math.abs(along.right - down.left), Math.abs(along.top - down.top))
    })`)
    t.true(gaps.length >= 4)
    t.true(Math.max(...gaps) < 4, `${Math.max(...gaps)} px apart`)
    await page.close()
  }
})

seen('the page follows the preference, a button overrules it, and print is light', async (t) => {
  const page = await browser.open('theme.html', drawTimelineHtml(VOTING), { dark: true })
  t.deepEqual(await page.evaluate(INK), partsOf(DARK.ink))
  await page.evaluate(`document.getElementById('theme').click()`)
  t.deepEqual(await page.evaluate(INK), partsOf(LIGHT.ink))
  t.is(await page.evaluate(`document.getElementById('theme').textContent`), 'Dark')
  await page.close()
  const light = await browser.open('theme.html', drawTimelineHtml(VOTING))
  t.deepEqual(await light.evaluate(INK), partsOf(LIGHT.ink))
  await light.close()
  const printed = await browser.open('theme.html', drawTimelineHtml(VOTING), { dark: true, media: 'print' })
  t.deepEqual(await printed.evaluate(INK), partsOf(LIGHT.ink))
  await printed.close()
})

seen('rows are reached by keys: one stop for Tab, arrows between them, the facts and the chain of each', async (t) => {
  const page = await browser.open('keys.html', drawTimelineHtml(VOTING), DESK)
  const about = async () =>
    page.evaluate<string>(
      `document.getElementById('about').checkVisibility() ? document.getElementById('about').innerText : ''`,
    )
  t.is(await about(), '')
  // The button for the theme, the region that scrolls, the rows.
  for (const key of ['Tab', 'Tab', 'Tab', 'ArrowDown', 'ArrowDown']) await page.press(key)
  const told = await eventually('the facts of worker', async () => (await about()) || undefined)
  t.regex(told, /^redis → postgres → worker/)
  for (const fact of [/waited\s+4\.05 s/, /waited for last\s+postgres\/ready/, /ready\s+5\.20 s/]) t.regex(told, fact)
  const chained = `[...document.querySelectorAll('.chained')].map((row) => row.dataset.name)`
  t.deepEqual(await page.evaluate(chained), ['redis', 'postgres', 'worker'])
  await page.press('Escape')
  await eventually('nothing is shown', async () => (await about()) === '')
  await page.close()
})

seen('under the mouse a row shows its facts, and leaves no trace', async (t) => {
  const page = await browser.open('mouse.html', drawTimelineHtml(TROUBLED), DESK)
  const box = await page.evaluate<{ x: number; y: number }>(
    `document.querySelector('[data-name=seed] th').getBoundingClientRect().toJSON()`,
  )
  await page.move([box.x + 10, box.y + 10])
  const shown = `document.getElementById('about').hidden ? false : document.getElementById('about').innerText`
  const told = await eventually('the facts of seed', async () => page.evaluate<string | false>(shown))
  t.regex(told, /no such table: "users" <1>/)
  await page.move([5, 5])
  await eventually('nothing is shown', async () => (await page.evaluate(shown)) === false)
  await page.close()
})

seen('a name is found among 200', async (t) => {
  const page = await browser.open('find.html', drawTimelineHtml(makeCrowd()), DESK)
  await page.evaluate(`document.getElementById('find').focus()`)
  for (const key of 'serve-1') await page.press(key)
  const names = `[...document.querySelectorAll('#timeline tbody tr')].filter((row) => row.checkVisibility()).map((row) => row.dataset.name)`
  const found = await eventually('fewer rows', async () => {
    const all = await page.evaluate<string[]>(names)
    return all.length < 200 && (await page.evaluate(`find.value`)) === 'serve-1' ? all : undefined
  })
  t.true(found.length > 1 && found.every((name) => name.includes('serve-1')))
  t.is(await page.evaluate(`document.getElementById('found').textContent`), `${found.length} of 200`)
  await page.close()
})

seen(
  'on a phone names and outcomes are in sight however far the bars are scrolled, and something of these too',
  async (t) => {
    for (const history of [VOTING, TROUBLED]) {
      const page = await browser.open('phone.html', drawTimelineHtml(history), { width: 390, height: 800 })
      for (const scrolled of [0, 10_000]) {
        const rows = await page.evaluate<{ name: number; outcome: number; right: number; covered: number }[]>(`(() => {
        document.querySelector('.timeline-box').scrollLeft = ${scrolled}
        return [...document.querySelectorAll('#timeline tbody tr')].map((row) => {
          const [name, , outcome] = [...row.cells].map((cell) => cell.getBoundingClientRect())
          const middle = document.elementFromPoint(outcome.left + 12, Math.min(innerHeight - 1, outcome.top + outcome.height / 2))
          return { name: name.left, outcome: outcome.left - name.right, right: outcome.right, covered: middle === row.cells[2] ? 0 : 1 }
        })
      })()`)
        t.is(rows.length, history.containers.length)
        for (const { name, outcome, right, covered } of rows) {
          t.true(name >= 0 && right <= 390)
          t.true(outcome >= 80, `${outcome} px for the bars`)
          t.is(covered, 0)
        }
      }
      await page.close()
    }
  },
)

seen('the axis stays in sight when 200 rows scroll', async (t) => {
  for (const sight of [DESK, PHONE]) {
    const page = await browser.open('axis.html', drawTimelineHtml(makeCrowd()), sight)
    const top = await page.evaluate<number>(`(() => {
      document.querySelectorAll('#timeline tbody tr')[150].scrollIntoView()
      return document.querySelector('#timeline thead th').getBoundingClientRect().top
    })()`)
    t.true(top >= 0 && top < sight.height)
    await page.close()
  }
})

seen('without scripts all of it is there', async (t) => {
  const page = await browser.open('plain.html', drawTimelineHtml(TROUBLED), { ...DESK, script: false })
  const text = await page.evaluate<string>('document.body.innerText')
  for (const { container } of TROUBLED.containers.filter((each) => each.container.length < 30))
    t.true(text.includes(container))
  t.true(text.includes('exit 2'))
  t.false(await page.evaluate(`document.getElementById('theme').checkVisibility()`))
  t.true(await page.evaluate(`document.getElementById('lives').textContent.includes('no such table')`))
  await page.close()
})

seen('names and messages that are markup stay text', async (t) => {
  const odd: History = {
    ...TROUBLED,
    pod: ODD_TEXTS.join(' '),
    containers: ODD_TEXTS.map((text) => ({
      container: text,
      state: 'ended',
      restarts: 0,
      lives: [
        {
          startedMs: TROUBLED.startMs,
          endedMs: TROUBLED.endMs,
          exitCode: 1,
          reason: text,
          message: text,
          waitedFor: text,
        },
      ],
    })),
  }
  const page = await browser.open('odd.html', drawTimelineHtml(odd), DESK)
  t.deepEqual(await page.evaluate('[document.scripts.length, document.images.length]'), [1, 0])
  const messages = await page.evaluate<string[]>(
    `[...document.querySelectorAll('#lives td.long')].map((cell) => cell.textContent)`,
  )
  t.deepEqual(messages, ODD_TEXTS.map(markForbidden))
  t.deepEqual(page.complaints, [])
  t.deepEqual(page.requests, [])
  const parsed = `new DOMParser().parseFromString(${JSON.stringify(drawTimelineSvg(odd))}, 'image/svg+xml').querySelectorAll('parsererror, script, image').length`
  t.is(await page.evaluate(parsed), 0)
  await page.close()
})
