/**
 * `npm run build:image [-- --target arm64 --tag NAME]`: builds the image of the Dockerfile without a base image. It uses the last
 * stage, and takes its files from `dist/image/<target>` instead of the stage before. Prints the size of the image.
 */
import { execa } from 'execa'
import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { readLock } from './lock.ts'
import { HOST, readTarget } from './target.ts'

const { name, version } = await readLock()
const { values } = parseArgs({
  options: {
    target: { type: 'string', default: HOST.name },
    tag: { type: 'string', default: `localhost/${name}:${version}` },
  },
})
const target = readTarget(values.target)

/** @returns the last stage, from `FROM scratch` on. @throws when it does not copy the expected files */
function cutLastStage(dockerfile: string): string {
  const stage = dockerfile.slice(dockerfile.lastIndexOf('\nFROM ') + 1)
  const copy = 'COPY --from=build /src/dist/image/${TARGETARCH}/ /'
  if (!stage.startsWith('FROM scratch\n') || !stage.includes(copy)) {
    throw new Error(`the last stage of the Dockerfile is not "FROM scratch" with "${copy}"`)
  }
  return stage.replace(copy, 'COPY . /')
}

const file = `build/Dockerfile-${target.name}`
await writeFile(file, cutLastStage(await readFile('Dockerfile', 'utf8')))
await execa(
  'podman',
  [
    ...[
      'build',
      '--quiet',
      '--layers=false',
      '--file',
      file,
      '--platform',
      `linux/${target.name}`,
      '--build-arg',
      `VERSION=${version}`,
    ],
    ...['--tag', values.tag, `dist/image/${target.name}`],
  ],
  { stdout: 'ignore', stderr: 'inherit' },
)
const { stdout } = await execa('podman', [
  'image',
  'inspect',
  '--format',
  '{{.Size}} {{len .RootFS.Layers}}',
  values.tag,
])
const [size, layers] = stdout.split(' ')
process.stdout.write(`${values.tag} for ${target.name}: ${size} bytes in ${layers} layer${layers === '1' ? '' : 's'}\n`)
