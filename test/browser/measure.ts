/** Expressions that a page evaluates: what is drawn where, as it came out. */
import type { ExecutionContext } from 'ava'
import type { Browser } from './chromium.ts'

/** Texts that lie on each other by more than a hair, as `one | other`. */
export const OVERLAPS = `(() => {
  const walker = document.createTreeWalker(document, NodeFilter.SHOW_TEXT)
  const texts = []
  // A cell that stays in place while the rest of its row scrolls hides what is below it, and what is too long for it.
  const frameOf = (element) => {
    const frame = element.closest('.scroll, #view')?.getBoundingClientRect()
    const cell = element.closest('td, th')
    if (!frame || !cell) return frame
    const stays = (other) => ['left', 'right'].some((side) => getComputedStyle(other)[side] !== 'auto')
    const seen = { left: frame.left, right: frame.right, top: frame.top, bottom: frame.bottom }
    for (const other of [...cell.parentElement.cells].filter(stays)) {
      const box = other.getBoundingClientRect()
      if (other.cellIndex <= cell.cellIndex) seen.left = Math.max(seen.left, other === cell ? box.left : box.right)
      if (other.cellIndex >= cell.cellIndex) seen.right = Math.min(seen.right, other === cell ? box.right : box.left)
    }
    return seen
  }
  while (walker.nextNode()) {
    const node = walker.currentNode
    const parent = node.parentElement
    if (node.data.trim() === '' || !parent || parent.closest('title,desc,style,script,head')) continue
    if (!parent.checkVisibility({ visibilityProperty: true })) continue
    const range = document.createRange()
    range.selectNodeContents(node)
    const frame = frameOf(parent)
    const clip = (side, bound, most) => (frame ? most(side, frame[bound]) : side)
    for (const { left, right, top, bottom } of range.getClientRects()) {
      const box = {
        left: clip(left, 'left', Math.max),
        right: clip(right, 'right', Math.min),
        top: clip(top, 'top', Math.max),
        bottom: clip(bottom, 'bottom', Math.min),
      }
      if (box.right > box.left && box.bottom > box.top) texts.push({ node, text: node.data.trim(), box })
    }
  }
  texts.sort((a, b) => a.box.top - b.box.top)
  const pairs = []
  texts.forEach((one, index) => {
    for (const other of texts.slice(index + 1)) {
      if (other.box.top > one.box.bottom) break
      const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left)
      // Lines of text are boxes with air above and below the letters.
      const down = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top)
      if (one.node !== other.node && across > 1 && down > 4) pairs.push(one.text + ' | ' + other.text)
    }
  })
  return { count: texts.length, pairs }
})()`

/** Texts of a lower contrast than 4.5 to 1 with the ground behind them; `fill` is what SVG text is written in. */
export const FAINT = `(() => {
  const parse = (colour) => (colour.match(/[0-9.]+/g) ?? []).map(Number)
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, index) => sum + c * [0.2126, 0.7152, 0.0722][index], 0)
  const groundOf = (element) => {
    for (let next = element; next; next = next.parentElement) {
      const colour = parse(getComputedStyle(next).backgroundColor)
      if (colour.length === 3 || colour[3] === 1) return colour
    }
    return [255, 255, 255]
  }
  const faint = []
  for (const element of document.body.querySelectorAll('*')) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '')
    if (!own || !element.checkVisibility() || element.closest('script,title,desc')) continue
    const svg = element.closest('svg')
    const style = getComputedStyle(element)
    const ink = light(parse(svg ? style.fill : style.color))
    const ground = light(groundOf(svg ?? element))
    const contrast = (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05)
    if (contrast < 4.5) faint.push(element.textContent + ': ' + contrast.toFixed(2))
  }
  return faint
})()`

/** How far the page is wider than the window, px. */
export const OVERFLOW = 'Math.max(0, document.documentElement.scrollWidth - innerWidth)'

/** A page that shows an SVG as READMEs do, and the colour of the picture just inside its edge, as `[red, green, blue]`. */
export function embedPicture(svg: string): string {
  return `<!doctype html><title>README</title><img src="data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}">`
}

export const PICTURE = `(async () => {
  const image = document.images[0]
  await image.decode()
  const canvas = document.createElement('canvas')
  canvas.width = image.naturalWidth
  canvas.height = image.naturalHeight
  const context = canvas.getContext('2d')
  context.drawImage(image, 0, 0)
  return { width: image.naturalWidth, colour: [...context.getImageData(12, 40, 1, 1).data].slice(0, 3) }
})()`

/** `#12161c` -> `[18, 22, 28]` */
export function partsOf(colour: string): readonly number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))
}

export const DESK = { width: 1280, height: 800 }
export const PHONE = { width: 360, height: 700 }

/** On a desk and a phone, light and dark, and on paper. @param least so many texts there are at the least */
export async function assertSound(
  t: ExecutionContext,
  browser: Browser,
  name: string,
  html: string,
  least: number,
): Promise<void> {
  for (const sight of [DESK, PHONE, { ...DESK, dark: true }, { width: 760, media: 'print' as const }]) {
    const page = await browser.open(name, html, sight)
    const { count, pairs } = await page.evaluate<{ count: number; pairs: string[] }>(OVERLAPS)
    t.true(count > least)
    t.deepEqual(pairs, [])
    t.deepEqual(await page.evaluate(FAINT), [])
    t.is(await page.evaluate(OVERFLOW), 0, JSON.stringify(sight))
    t.deepEqual(page.complaints, [])
    t.deepEqual(page.requests, [])
    await page.close()
  }
}
