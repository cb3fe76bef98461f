/**
 * A standalone HTML file, which cannot fetch anything. Its policy allows only its own styles and the script with the given digest, so
 * that no text from outside can run, even if it became markup. Everything is readable without the script. Pure.
 */
import type { Key } from './frame.ts'
import { type Content, element, keepRaw, type Markup } from './markup.ts'
import { declareColours, MONO, paintPage, SANS } from './theme.ts'

export interface HtmlPage {
  readonly title: string
  /** The text below the title. */
  readonly said: string
  readonly keys: readonly Key[]
  /** Elements that need the script, which makes them visible. */
  readonly tools: readonly Content[]
  readonly main: readonly Content[]
  /** Additional styles; `theme.ts` fills in the colours. */
  readonly rules: string
  readonly script: Script
}

export interface Script {
  readonly source: string
  /** The digest in base64, as in a Content-Security-Policy. */
  readonly sha256: string
}

const RULES = [
  '*{box-sizing:border-box}',
  `body{margin:0;padding:24px clamp(12px,3vw,40px) 48px;background:$surface;color:$ink;font:14px/1.5 ${SANS}}`,
  'header{display:flex;gap:16px;align-items:flex-start;justify-content:space-between}',
  'h1{margin:0;font-size:clamp(18px,14px + 1vw,22px);line-height:1.3;font-weight:600;overflow-wrap:anywhere}',
  '.said{margin:4px 0 0;color:$muted;max-width:90ch;overflow-wrap:anywhere}',
  '.legend{display:flex;flex-wrap:wrap;gap:4px 22px;margin:16px 0;padding:0;list-style:none;color:$muted;font-size:13px}',
  '.legend li{display:flex;gap:9px;align-items:center}',
  'svg{display:block;overflow:visible}',
  `svg text{font-family:${SANS};fill:$ink}`,
  '.tools{display:flex;flex-wrap:wrap;gap:8px 12px;align-items:center;margin:0 0 12px}',
  '[hidden]{display:none}',
  'label{color:$muted}',
  'output{order:1}',
  'button,input{font:inherit;color:$ink;background:$raised;border:1px solid $unclear;border-radius:6px;padding:4px 10px;min-height:32px}',
  'input{background:$surface;width:16rem;max-width:100%}',
  'button{cursor:pointer;white-space:nowrap}',
  ':focus-visible{outline:2px solid $accent;outline-offset:2px}',
  'details{margin-top:24px}',
  'summary{cursor:pointer;color:$muted;width:max-content;max-width:100%}',
  '.scroll{overflow:auto}',
  '.facts{margin-top:8px;border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums}',
  '.facts th,.facts td{padding:4px 14px 4px 0;text-align:left;vertical-align:top;border-bottom:1px solid $line;white-space:nowrap}',
  '.facts thead th{color:$muted;font-weight:500}',
  `.facts tbody th{font:500 13px/1.5 ${MONO};white-space:normal;overflow-wrap:anywhere;min-width:14ch;max-width:32ch}`,
  '.facts td.long{white-space:normal;min-width:24ch;overflow-wrap:anywhere}',
  '@media print{body{padding:0;font-size:11px;-webkit-print-color-adjust:exact;print-color-adjust:exact}.tools,#theme,#about{display:none}.scroll{overflow:visible}}',
].join('')

export function writePage({ title, said, keys, tools, main, rules, script }: HtmlPage): string {
  const policy = [
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    `script-src 'sha256-${script.sha256}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
  const head = element(
    'head',
    {},
    element('meta', { charset: 'utf-8' }),
    element('meta', { 'http-equiv': 'Content-Security-Policy', content: policy }),
    element('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    element('meta', { name: 'color-scheme', content: 'light dark' }),
    element('meta', { name: 'generator', content: 'podorder' }),
    element('title', {}, title),
    element('style', {}, keepRaw(declareColours() + paintPage(RULES + rules))),
  )
  const body = element(
    'body',
    {},
    element(
      'header',
      {},
      element('div', {}, element('h1', {}, title), element('p', { class: 'said' }, said)),
      element('button', { type: 'button', id: 'theme', hidden: '' }, 'Dark'),
    ),
    element(
      'main',
      {},
      element('ul', { class: 'legend', 'aria-label': 'Legend' }, ...keys.map(drawKey)),
      ...(tools.length === 0 ? [] : [element('div', { class: 'tools', id: 'tools', hidden: '' }, ...tools)]),
      ...main,
    ),
    element('script', {}, keepRaw(script.source)),
  )
  return `<!doctype html>\n${element('html', { lang: 'en' }, head, body).markup}\n`
}

/** A search field and its output, which the script finds by their ids. */
export function drawFinder(): readonly Markup[] {
  const field = element('input', { id: 'find', type: 'search', autocomplete: 'off', spellcheck: 'false' })
  return [element('label', {}, 'Find a container ', field), element('output', { id: 'found' })]
}

function drawKey({ swatch, words }: Key): Markup {
  return element('li', {}, element('svg', { width: 26, height: 20, 'aria-hidden': 'true' }, swatch), words)
}

/** The script of the button that overrides the reader's colour scheme until the page is closed. */
export const THEME_SCRIPT = `
const root = document.documentElement
const dark = matchMedia('(prefers-color-scheme: dark)')
const button = document.getElementById('theme')
const isDark = () => (root.dataset.theme ?? (dark.matches ? 'dark' : 'light')) === 'dark'
const nameTheme = () => {
  button.textContent = isDark() ? 'Light' : 'Dark'
  button.setAttribute('aria-label', button.textContent + ' colours')
}
button.addEventListener('click', () => {
  root.dataset.theme = isDark() ? 'light' : 'dark'
  nameTheme()
})
dark.addEventListener('change', nameTheme)
nameTheme()
button.hidden = false
document.getElementById('tools')?.removeAttribute('hidden')
`
