/**
 * `npm run build:npm`: the plain JavaScript of the npm package, in `dist/npm`. Node does not strip types below
 * node_modules, so what is published has none; otherwise it is the sources, file by file.
 */
import { execa } from 'execa'
import { chmod, rename, rm } from 'node:fs/promises'

const OUT = 'dist/npm'
const NEW = 'build/npm'

await rm(NEW, { recursive: true, force: true })
await execa('tsc', ['-p', 'tsconfig.npm.json', '--outDir', NEW], { stdio: 'inherit' })
for (const name of ['entrypoint', 'podorder']) await chmod(`${NEW}/cmd/${name}.js`, 0o755)
// A build removes everything of an earlier one; a build that fails keeps it.
await rm(OUT, { recursive: true, force: true })
await rename(NEW, OUT)
