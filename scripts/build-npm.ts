/**
 * `npm run build:npm`: the plain JavaScript of the npm package, in `dist/npm`. Node does not strip types below
 * node_modules, so what is published has none; otherwise it is the sources, file by file.
 */
import { execa } from 'execa'
import { chmod, rm } from 'node:fs/promises'

await rm('dist/npm', { recursive: true, force: true })
await execa('tsc', ['-p', 'tsconfig.npm.json'], { stdio: 'inherit' })
for (const name of ['entrypoint', 'podorder']) await chmod(`dist/npm/cmd/${name}.js`, 0o755)
