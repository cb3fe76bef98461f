/** The README and the guide, run as they stand. What needs podman is run by the container tests. */
import test from 'ava'
import { readPage, runSection } from './support/literate.ts'

for (const path of ['README.md', 'docs/guide.md', 'docs/coming-from.md']) {
  const page = readPage(path)
  for (const section of page.sections) {
    if (section.scripts.some((script) => script.includes('podman'))) continue
    test.serial(`${path}: ${section.title}`, async (t) => {
      const { code, output } = await runSection(section, page)
      t.is(code, 0, output)
      t.log(output)
    })
  }
}

test('what the guide promises of its first pod comes true', async (t) => {
  const page = readPage('docs/guide.md')
  const first = page.sections.find(({ title }) => title.startsWith('A pod of your own'))
  const { output } = await runSection(first ?? { title: '', scripts: ['false'] }, page)
  t.regex(output, /found the database/)
  t.regex(output, /Pod\/shop created/)
})
