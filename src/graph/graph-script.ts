/** The script of a graph page: moving and zooming the drawing, finding a container, showing its links. */
import { type Script, THEME_SCRIPT } from '../picture/html-page.ts'

/** Nodes and links carry their indexes; row n of the list is node n. */
const SOURCE = `${THEME_SCRIPT}
const view = document.getElementById('view')
const svg = document.getElementById('order')
const find = document.getElementById('find')
const found = document.getElementById('found')
const nodes = [...svg.querySelectorAll('[data-node]')]
const links = [...svg.querySelectorAll('[data-link]')]
const leaving = { from: Map.groupBy(links, (link) => link.dataset.from), to: Map.groupBy(links, (link) => link.dataset.to) }
const rows = [...document.getElementById('list').tBodies[0].rows]
const whole = svg.viewBox.baseVal
const size = { width: whole.width, height: whole.height }
let at = { x: 0, y: 0, scale: 1 }

const print = matchMedia('print')
function draw() {
  if (print.matches) return svg.setAttribute('viewBox', [0, 0, size.width, size.height].join(' '))
  const width = view.clientWidth / at.scale
  const height = view.clientHeight / at.scale
  svg.setAttribute('viewBox', [at.x, at.y, width, height].join(' '))
  const more = { left: at.x > 1, top: at.y > 1, right: at.x + width < size.width - 1, bottom: at.y + height < size.height - 1 }
  for (const side of Object.keys(more)) view.classList.toggle('more-' + side, more[side])
}
function fit(least = 0) {
  const scale = Math.max(least, Math.min(1, view.clientWidth / size.width, view.clientHeight / size.height))
  const begin = (all, seen) => Math.min(0, (all - seen / scale) / 2)
  at = { scale, x: begin(size.width, view.clientWidth), y: begin(size.height, view.clientHeight) }
  draw()
}
function zoom(factor, left = view.clientWidth / 2, top = view.clientHeight / 2) {
  const scale = Math.min(4, Math.max(0.05, at.scale * factor))
  at = { scale, x: at.x + left / at.scale - left / scale, y: at.y + top / at.scale - top / scale }
  draw()
}
function pan(left, top) {
  at = { ...at, x: at.x + left / at.scale, y: at.y + top / at.scale }
  draw()
}

view.classList.add('live')
// All of it from the start, as long as it can be read; where it goes on its edge says so.
fit(0.6)
addEventListener('resize', draw)
print.addEventListener('change', draw)
view.addEventListener('wheel', (event) => {
  event.preventDefault()
  const box = view.getBoundingClientRect()
  zoom(Math.exp(-event.deltaY / 400), event.clientX - box.left, event.clientY - box.top)
}, { passive: false })
view.addEventListener('pointerdown', (event) => {
  if (event.button !== 0) return
  let { clientX, clientY } = event
  view.setPointerCapture(event.pointerId)
  const follow = (moved) => {
    pan(clientX - moved.clientX, clientY - moved.clientY)
    clientX = moved.clientX
    clientY = moved.clientY
  }
  view.addEventListener('pointermove', follow)
  const leave = () => view.removeEventListener('pointermove', follow)
  view.addEventListener('pointerup', leave, { once: true })
  view.addEventListener('pointercancel', leave, { once: true })
})
const KEYS = {
  ArrowLeft: () => pan(-60, 0),
  ArrowRight: () => pan(60, 0),
  ArrowUp: () => pan(0, -60),
  ArrowDown: () => pan(0, 60),
  '+': () => zoom(1.25),
  '=': () => zoom(1.25),
  '-': () => zoom(0.8),
  0: () => fit(),
  Escape: () => show([]),
}
view.addEventListener('keydown', (event) => {
  const act = KEYS[event.key]
  if (!act || event.ctrlKey || event.metaKey || event.altKey) return
  event.preventDefault()
  act()
})
document.getElementById('in').addEventListener('click', KEYS['+'])
document.getElementById('out').addEventListener('click', KEYS['-'])
document.getElementById('fit').addEventListener('click', () => fit())

function show(picked) {
  // All that leads to it, and all that it leads to.
  const near = new Set(picked)
  const touched = new Set()
  for (const [begin, end] of [['to', 'from'], ['from', 'to']]) {
    const reached = new Set(picked)
    const open = [...picked]
    while (open.length > 0) {
      for (const link of leaving[begin].get(open.pop()) ?? []) {
        touched.add(link)
        const next = link.dataset[end]
        near.add(next)
        if (!reached.has(next)) open.push(next)
        reached.add(next)
      }
    }
  }
  svg.classList.toggle('picking', picked.length > 0)
  for (const link of links) link.classList.toggle('near', touched.has(link))
  for (const node of nodes) {
    node.classList.toggle('near', near.has(node.dataset.node))
    node.classList.toggle('picked', picked.includes(node.dataset.node))
  }
}
let kept = []
for (const node of nodes) {
  node.addEventListener('mouseenter', () => show([node.dataset.node]))
  node.addEventListener('mouseleave', () => show(kept))
}

find.addEventListener('input', () => {
  const wanted = find.value.trim().toLowerCase()
  const matching = wanted === '' ? [] : rows.filter((row) => row.dataset.name.toLowerCase().includes(wanted))
  const first = matching.find((row) => row.dataset.name.toLowerCase() === wanted) ?? matching[0]
  kept = matching.map((row) => row.dataset.row)
  found.textContent = wanted === '' ? '' : matching.length === 1 ? first.dataset.said : matching.length + ' of ' + rows.length
  show(kept)
  const node = first && nodes.find((each) => each.dataset.node === first.dataset.row)
  if (!node) return
  const box = node.getBoundingClientRect()
  const frame = view.getBoundingClientRect()
  if (at.scale < 0.7) zoom(0.7 / at.scale, box.left + box.width / 2 - frame.left, box.top + box.height / 2 - frame.top)
  const now = node.getBoundingClientRect()
  pan(now.left + now.width / 2 - frame.left - frame.width / 2, now.top + now.height / 2 - frame.top - frame.height / 2)
})
`

/** `test/picture/page.test.ts` computes the digest and fails when it has changed. */
export const GRAPH_SCRIPT: Script = { source: SOURCE, sha256: '0yFtJHgFZvpTrJ/zKfabj1j9TmT6mz9C8+2YkMQHOuw=' }
