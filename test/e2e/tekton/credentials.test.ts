/** Secrets of a step: made into files by the flags, and copied to HOME. */
import test from 'ava'
import { statSync } from 'node:fs'
import { openTekton, STEP, type TektonStage } from '../../support/tekton.ts'

const SECRET = 'hunter2'
const RUN = ['-entrypoint', 'true']

function modeOf(stage: TektonStage, name: string): string {
  return (statSync(stage.path(name)).mode & 0o777).toString(8)
}

function open(t: Parameters<typeof openTekton>[0]) {
  const stage = openTekton(t)
  stage.write('home/.keep', '')
  stage.write('tekton/creds-secrets/login/username', 'ada')
  stage.write('tekton/creds-secrets/login/password', SECRET)
  stage.write('tekton/creds-secrets/key/ssh-privatekey', SECRET)
  stage.write('tekton/creds-secrets/registry/.dockerconfigjson', `{"auths":{"r":{"auth":"${SECRET}"}}}`)
  return { stage, env: { PATH: process.env['PATH'] ?? '', HOME: stage.path('home') } }
}

test('they are where git, ssh and docker look, for their owner alone', async (t) => {
  const { stage, env } = open(t)
  const flags = ['-basic-git=login=https://x', '-ssh-git=key=y', '-docker-config=registry', '-basic-docker=login=z']
  const end = await stage.runStep([...STEP, ...flags, ...RUN], { env })
  t.is(end.code, 0, end.stderr)
  for (const base of ['tekton/creds', 'home']) {
    for (const name of ['.gitconfig', '.git-credentials', '.ssh/id_key', '.ssh/config', '.docker/config.json']) {
      t.is(modeOf(stage, `${base}/${name}`), '600', `${base}/${name}`)
    }
  }
  t.is(modeOf(stage, 'home/.ssh'), '700')
  t.is(modeOf(stage, 'home/.docker'), '700')
  t.is(stage.read('home/.git-credentials'), `https://ada:${SECRET}@x\n`)
  t.is(stage.read('home/.ssh/id_key'), SECRET)
  t.regex(stage.read('home/.docker/config.json'), /^\{"auths":\{"r":\{"auth":"hunter2"\},"z":/)
  t.false((end.stdout + end.stderr).includes(SECRET))
})

test('what the controller itself has put into /tekton/creds is copied too, and nothing else of it', async (t) => {
  const { stage, env } = open(t)
  stage.write('tekton/creds/.ssh/config', 'Host x\n')
  stage.write('tekton/creds/other', 'x')
  t.is((await stage.runStep([...STEP, ...RUN], { env })).code, 0)
  t.is(stage.read('home/.ssh/config'), 'Host x\n')
  t.false(stage.has('home/other'))
})

test('a secret that is not mounted: exit 2, told by its path', async (t) => {
  const { stage, env } = open(t)
  const end = await stage.runStep([...STEP, '-basic-git=gone=https://x', ...RUN], { env })
  t.is(end.code, 2)
  t.regex(end.stderr, /cannot read \/tekton\/creds-secrets\/gone\/username/)
  t.false(stage.has('tekton/run/0/out.err'))
})

test('a home that cannot be written to is a warning without the secret; the step runs', async (t) => {
  const { stage, env } = open(t)
  stage.write('file', '')
  const home = stage.path('file')
  const end = await stage.runStep([...STEP, '-basic-git=login=https://x', ...RUN], { env: { ...env, HOME: home } })
  t.is(end.code, 0)
  t.regex(end.stderr, /credentials: cannot write .*\/file\/\.gitconfig: a part of its path is a file/)
  t.false(end.stderr.includes(SECRET))
})
