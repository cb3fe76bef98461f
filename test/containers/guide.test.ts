/** What of the guide needs podman, run as it stands. */
import test from 'ava'
import { DEFAULT_IMAGE } from '../../src/pod/own.ts'
import { readPage, runSection } from '../support/literate.ts'
import { hasPacketFilter, podman, PODMAN_ENVIRONMENT } from '../support/podman.ts'
import { PODORDER_IMAGE, ROOTS } from './roots.ts'

const networked = hasPacketFilter() ? test : test.skip

networked('the guide’s steps run in real containers', async (t) => {
  // By the names that the guide and the example have for them.
  await podman('tag', PODORDER_IMAGE, DEFAULT_IMAGE)
  const busybox = ROOTS.find(({ name }) => name === 'busybox')
  await podman('tag', busybox?.image ?? '', 'busybox:1.36')
  const page = readPage('docs/guide.md')
  const section = page.sections.find(({ title }) => title === 'podman')
  t.is(section?.scripts.length, 1)
  const { code, output } = await runSection(section ?? { title: '', scripts: [] }, page, PODMAN_ENVIRONMENT)
  t.is(code, 0, output)
  t.regex(output, /it says: Hello, Ada!/)
})
