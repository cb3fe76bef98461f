/** Ctrl-C and SIGTERM end whatever reads from a terminal or a pipe that goes on. */
import test from 'ava'
import { execa } from 'execa'

for (const words of ['inject -f -', 'check -', 'graph -', 'explain -', 'timeline']) {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`podorder ${words} is ended by ${signal}`, async (t) => {
      const run = execa('dist/podorder', words.split(' '), { stdin: 'pipe', reject: false })
      // timeline lets the first Ctrl-C end what is piped in; before the program itself has begun, a signal ends it anyway.
      const again = setInterval(() => run.kill(signal), 100)
      const { signal: by, stdout } = await run
      clearInterval(again)
      t.is(by, signal)
      t.is(stdout, '')
    })
  }
}
