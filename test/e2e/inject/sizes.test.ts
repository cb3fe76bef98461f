/** Manifests grow with the number of their containers, and no faster. */
import test from 'ava'
import { writeServers, writeSteps } from '../../support/manifest.ts'
import { openPlace } from '../../support/podorder.ts'

for (const [name, write] of [
  ['steps', writeSteps],
  ['servers', writeServers],
] as const) {
  test(`${name}: each container more adds the same, and 200 add less than 250 kB`, async (t) => {
    const place = openPlace(t)
    const grown = new Map<number, number>()
    for (const count of [10, 100, 200, 1000]) {
      const text = write(count)
      const { code, stdout, stderr } = await place.run(['inject', '-'], { stdin: text })
      t.is(code, 0, stderr)
      grown.set(count, stdout.length - text.length)
    }
    const per = (from: number, to: number) => ((grown.get(to) ?? 0) - (grown.get(from) ?? 0)) / (to - from)
    t.true(Math.abs(per(100, 1000) / per(10, 100) - 1) < 0.05, `${per(10, 100)} and ${per(100, 1000)} bytes`)
    t.true((grown.get(200) ?? Infinity) <= 250_000, `${grown.get(200)} bytes`)
  })
}
