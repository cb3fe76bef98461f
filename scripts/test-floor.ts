/** `npm run test:floor`: tests the pure rooms and the npm package on the oldest Node in package.json, which npm exec provides. */
import { execFileSync } from 'node:child_process'
import manifest from '../package.json' with { type: 'json' }

const floor = manifest.engines.node.replace('>=', '')
if (!process.versions.node.startsWith(`${floor}.`)) {
  throw new Error(`this is Node ${process.versions.node}, not ${floor}; run "npm run test:floor"`)
}

const AVA = 'node_modules/ava/entrypoints/cli.js'
for (const words of [['--config', 'test/quick.ava.config.js'], ['test/e2e/package.test.ts']]) {
  execFileSync(process.execPath, [AVA, ...words], { stdio: 'inherit' })
}
