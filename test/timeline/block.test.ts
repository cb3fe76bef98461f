/** A picture below text that goes by: the text stays whole, and of earlier pictures nothing is left. */
import test from 'ava'
import * as fc from 'fast-check'
import { createBlock } from '../../src/timeline/block.ts'
import { createScreen } from '../support/screen.ts'

const word = fc.stringMatching(/^[a-z·█]{0,30}$/)
const action = fc.oneof(
  fc.record({ text: fc.array(word, { maxLength: 3 }), lines: fc.array(word, { maxLength: 6 }) }),
  fc.record({ columns: fc.integer({ min: 5, max: 40 }) }),
)

test('whatever is shown, and however the terminal is resized, text and the last picture are all there is', (t) => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 20 }), (actions) => {
      let columns = 40
      let shown: readonly string[] = []
      const screen = createScreen(columns)
      const plain = createScreen(columns)
      const block = createBlock()
      for (const one of actions) {
        if ('columns' in one) {
          ;({ columns } = one)
          screen.resize(columns)
          plain.resize(columns)
        } else {
          // A picture's lines are narrower than the terminal.
          shown = one.lines.map((line) => line.slice(0, columns - 1))
          const text = one.text.map((line) => `${line}\n`).join('')
          screen.write(block.show(text, shown, columns))
          plain.write(text)
        }
      }
      screen.write(block.show('', [], columns))
      t.deepEqual(screen.lines(), plain.lines())
    }),
    { numRuns: 300 },
  )
})

test('the picture stands below the text', (t) => {
  const screen = createScreen(20)
  const block = createBlock()
  screen.write(block.show('', ['a ··', 'b ██', 'two'], 20))
  screen.write(block.show('said\n', ['a ██', '\u001B[2mone\u001B[22m'], 20))
  t.deepEqual(screen.lines(), ['said', 'a ██', 'one'])
  t.true(block.shows(['a ██', '\u001B[2mone\u001B[22m']))
  t.false(block.shows(['a ██']))
})
