/** The executable works in any language, of which it has no data but English. */
import test from 'ava'
import { run } from './support/installed.ts'

for (const locale of ['C', 'de_DE.UTF-8', 'zh_Hant_TW.UTF-8', 'th_TH', 'no_such']) {
  test(`with LC_ALL=${locale}`, async (t) => {
    const env = { PATH: process.env['PATH'] ?? '', LANG: locale, LC_ALL: locale }
    t.like(await run(['dist/entrypoint', '--quiet', '--', 'echo', 'fine'], { env }), { code: 0, stdout: 'fine' })
    t.like(await run(['dist/podorder', 'graph', 'examples/voting/pod.yaml'], { env }), { code: 0, stderr: '' })
  })
}
