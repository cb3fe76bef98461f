/**
 * `npm run build:npm`: makes the JavaScript of the npm package, in `dist/npm`. Node does not strip types below node_modules, so the
 * published files are the sources without their types.
 */
import { execa } from 'execa'
import { chmod, rename, rm } from 'node:fs/promises'

const OUT = 'dist/npm'
const NEW = 'build/npm'

await rm(NEW, { recursive: true, force: true })
await execa('tsc', ['-p', 'tsconfig.npm.json', '--outDir', NEW], { stdio: 'inherit' })
for (const name of ['entrypoint', 'podorder']) await chmod(`${NEW}/cmd/${name}.js`, 0o755)
// The result of an earlier build is replaced as a whole, and is kept when this build fails.
await rm(OUT, { recursive: true, force: true })
await rename(NEW, OUT)
