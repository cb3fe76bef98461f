/** Replaces npm for the pages. It builds nothing, since the files are built already. `npm start` runs the command after the build. */
import { execaSync } from 'execa'
import { join } from 'node:path'
import manifest from '../../../package.json' with { type: 'json' }

const scripts: Readonly<Record<string, string>> = manifest.scripts
const [command = '', name = ''] = process.argv.slice(2)
if (command === 'start') {
  const [, line = ''] = scripts['start']?.split('npm run --silent build && ') ?? []
  const { exitCode = 1 } = execaSync('sh', ['-c', line], {
    cwd: process.env['ROOT'] ?? '.',
    stdio: 'inherit',
    reject: false,
  })
  process.exitCode = exitCode
} else if (!['ci', 'test'].includes(command) && !(command === 'run' && Object.hasOwn(scripts, name))) {
  process.stderr.write(`npm: ${join('package.json')} has no "${[command, name].join(' ')}"\n`)
  process.exitCode = 1
}
