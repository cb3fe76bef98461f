/** The script in the page of a timeline: shows the facts and the chain of a selected container, and searches containers. */
import { type Script, THEME_SCRIPT } from '../picture/html-page.ts'

/** The source of the script. `data-by` of a row is the row of the container that opened its gate. */
const SOURCE = `${THEME_SCRIPT}
const table = document.getElementById('timeline')
const about = document.getElementById('about')
const find = document.getElementById('find')
const found = document.getElementById('found')
const rows = [...table.tBodies[0].rows]
const lives = [...document.getElementById('lives').tBodies[0].rows]
const headings = [...document.getElementById('lives').tHead.rows[0].cells].map((cell) => cell.textContent)

function chainOf(row) {
  const chain = []
  for (let next = row; next && !chain.includes(next); next = rows[next.dataset.by]) chain.unshift(next)
  return chain
}

function show(row) {
  const chain = row ? chainOf(row) : []
  table.classList.toggle('picking', chain.length > 0)
  for (const each of rows) each.classList.toggle('chained', chain.includes(each))
  about.hidden = !row
  if (row) about.replaceChildren(...describe(row, chain))
}

function describe(row, chain) {
  const name = document.createElement('strong')
  name.textContent = chain.map((each) => each.dataset.name).join(' \u2192 ')
  const list = document.createElement('dl')
  const life = lives.findLast((each) => each.dataset.row === row.dataset.row)
  headings.forEach((heading, column) => {
    const text = life.cells[column].textContent
    if (column === 0 || text === '') return
    const pair = document.createElement('div')
    for (const [tag, content] of [['dt', heading], ['dd', text]]) {
      const part = document.createElement(tag)
      part.textContent = content
      pair.append(part)
    }
    list.append(pair)
  })
  return [name, list]
}

let current = rows[0]
const focused = () => rows.find((row) => row === document.activeElement)
function move(row) {
  if (!row) return
  current.tabIndex = -1
  current = row
  row.tabIndex = 0
  row.focus()
}
for (const row of rows) {
  row.tabIndex = row === current ? 0 : -1
  row.addEventListener('mouseenter', () => show(row))
  row.addEventListener('focus', () => show(row))
  row.addEventListener('click', () => move(row))
}
table.addEventListener('mouseleave', () => show(focused()))
table.addEventListener('focusout', () => show(undefined))
table.addEventListener('keydown', (event) => {
  const seen = rows.filter((row) => !row.hidden)
  const at = seen.indexOf(current)
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: seen.length - 1 }[event.key]
  if (event.key === 'Escape') current.blur()
  if (to === undefined || !focused()) return
  event.preventDefault()
  move(seen[to])
})

find?.addEventListener('input', () => {
  const wanted = find.value.trim().toLowerCase()
  for (const row of rows) row.hidden = !row.dataset.name.toLowerCase().includes(wanted)
  const seen = rows.filter((row) => !row.hidden)
  table.classList.toggle('filtered', seen.length < rows.length)
  found.textContent = wanted === '' ? '' : seen.length + ' of ' + rows.length
  current.tabIndex = -1
  current = seen[0] ?? rows[0]
  current.tabIndex = 0
})
`

/** The script and its digest. `test/picture/page.test.ts` compares the digest with the source. */
export const TIMELINE_SCRIPT: Script = { source: SOURCE, sha256: 'Gz7WLuvR45Yri8+MW4EOESB8N2pBzHmpo/kAsdjyGf0=' }
