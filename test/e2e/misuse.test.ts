/** What is wrong with a command line is said in one sentence, with what was perhaps meant; exit code 2, and nothing done. */
import test from 'ava'
import { execa } from 'execa'
import { openPlace, writePod } from '../support/podorder.ts'

const LIST = '(podorder --help lists what there is)'
const tellMore = (command: string): string => `(podorder ${command} --help tells more)`
const FLAGS = '(entrypoint --help lists the flags)'

const ROWS: readonly (readonly [line: string, says: string])[] = [
  ['podorder injct', "unknown command 'injct'; did you mean inject?"],
  ['podorder constructor', `unknown command 'constructor' ${LIST}`],
  ['podorder __proto__', `unknown command '__proto__' ${LIST}`],
  ['podorder --inject', "unknown option '--inject'; did you mean inject?"],
  ['podorder --versio', "unknown option '--versio'; did you mean --version?"],
  ['podorder inject --dif', "unknown option '--dif'; did you mean --diff?"],
  ['podorder inject --__proto__', `unknown option '--__proto__' ${tellMore('inject')}`],
  // Of a page that it is not on.
  ['podorder inject --lookup-timeot=3s', "unknown option '--lookup-timeot=3s'; did you mean --lookup-timeout?"],
  ['podorder inject -x', `unknown option '-x' ${tellMore('inject')}`],
  // Options of other commands.
  ['podorder run --in-place x', "unknown option '--in-place'; it is an option of inject and eject"],
  ['podorder eject --cert-dir x', "unknown option '--cert-dir'; it is an option of webhook"],
  // Values.
  ['podorder inject --bin-source copi', "--bin-source is one of copy, image-volume, not 'copi'; did you mean copy?"],
  ['podorder inject --requests=', "--requests is one of keep, max, not ''"],
  ['podorder webhook --port x', "--port cannot be 'x'; give a port, such as 8443"],
  ['podorder completion bsh', "shell is one of bash, zsh, fish, kubectl, not 'bsh'; did you mean bash?"],
  ['podorder inject --output', '--output needs a value: --output <path>'],
  ['podorder inject -f', '--filename needs a value: --filename <manifest>'],
  ['podorder inject --recursive=yes x', "--recursive takes no value, but was given 'yes'"],
  // What a shell makes of a variable that is not set.
  ['podorder inject -f x -f ', '--filename needs a value: --filename <manifest>'],
  ['podorder graph x -o ', '--output needs a value: --output <file>'],
  [
    'podorder doctor --namespace ',
    "--namespace cannot be ''; give a name of lower-case letters, digits and -, at most 63 of them",
  ],
  ['podorder run --containers= x', "--containers cannot be ''; give names of containers, such as db,web"],
  ['podorder inject ', `an argument is empty, perhaps because a variable is not set ${tellMore('inject')}`],
  [
    'podorder rbac job/x -n A',
    "--namespace cannot be 'A'; give a name of lower-case letters, digits and -, at most 63 of them",
  ],
  // Operands.
  ['podorder help run graph', `help takes one argument, not: run, graph ${tellMore('help')}`],
  ['podorder explain', 'no pod; name one, give a file with -f, or - for stdin'],
  ['podorder version now', `version takes no argument, not: now ${tellMore('version')}`],
  ['podorder webhook a b', `webhook takes no argument, not: a, b ${tellMore('webhook')}`],
  ['podorder rbac pods/db', 'unknown target "pods/db"; did you mean "pod/"?'],
  // Names of flags with one dash or an underscore.
  ['entrypoint --tiemout 3s -- true', `unknown flag --tiemout; did you mean --timeout? ${FLAGS}`],
  ['entrypoint -wiat_file x -- true', `unknown flag -wiat_file; did you mean --wait-file? ${FLAGS}`],
  ['entrypoint --timeout -- true', `--timeout needs a value: --timeout D ${FLAGS}`],
  ['entrypoint --timeout', `--timeout needs a value: --timeout D ${FLAGS}`],
  ['entrypoint --on-error=continu -- true', `--on-error is one of continue, stopAndFail, not "continu" ${FLAGS}`],
  ['entrypoint instal --to /x', `put -- before the command: -- instal …; did you mean install? ${FLAGS}`],
  ['entrypoint prob', `put -- before the command: -- prob …; did you mean probe? ${FLAGS}`],
  ['entrypoint app', `put -- before the command: -- app … ${FLAGS}`],
]

for (const [line, says] of ROWS) {
  test(line, async (t) => {
    const [program = '', ...words] = line.split(' ')
    const end = await execa(`dist/${program}`, words, { reject: false, input: '' })
    t.is(end.stderr, `${program}: ${says}`)
    t.deepEqual([end.exitCode, end.stdout], [2, ''])
  })
}

test('what was typed cannot make two lines of one', async (t) => {
  const { stderr } = await execa('dist/podorder', ['inj\nct\u001B[31m'], { reject: false })
  t.is(stderr, `podorder: unknown command 'inj?ct?[31m' ${LIST}`)
})

test('a flag that is given twice counts as it was given last', async (t) => {
  const place = openPlace(t)
  place.write('pod.yaml', writePod({ containers: { a: 'true' } }))
  const { code } = await place.run(['inject', '-o', 'first.yaml', '-o', 'last.yaml', 'pod.yaml'])
  t.deepEqual([code, place.has('first.yaml'), place.has('last.yaml')], [0, false, true])
})
