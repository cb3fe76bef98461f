/** Random names and words for property tests. */
import * as fc from 'fast-check'

/** Generates DNS labels, among them words that YAML reads as other types, and names of properties that all objects have. */
export const arbitraryLabel: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('app', 'db', 'no', 'null', 'true', 'y', '1e3', '007', '0x1f', 'constructor', '1-2-3', 'a'.repeat(55)),
  fc.stringMatching(/^[a-z0-9](?:[-a-z0-9]{0,6}[a-z0-9])?$/),
)

/** Words with a meaning in YAML, for the kubelet, in a shell, or on podorder's own command line. */
const ODD_WORDS = [
  ...'| > - &a *a !a %a @a ` ? : # , [ ] { } {} [] << = ~ \' " \\ \\n $(X) $$(X) $$$(X) $ $( ${X} -- --name=a --hold -h'.split(
    ' ',
  ),
  ...'yes no on null true False 1 -1 0644 0o17 1e3 .5 0x1 1_000 12:30 2024-01-01 .inf a:b a#b é 😀 苹果 e\u0301'.split(
    ' ',
  ),
  ...[
    '',
    ' ',
    '\n',
    'a\nb',
    '  a\n b\n\n',
    'a\n\n',
    '\na',
    '\ta',
    'a ',
    'a b c d',
    'a: b',
    'a #b',
    '- a',
    '{a: b}',
    '---',
  ],
  ...['\u00a0', '\u2028', '\u0085', '\ufeff', '\u0007', '\u007f', '\r\n', 'a\rb'],
]

/** Generates words without NUL, which a command cannot contain. */
export const arbitraryWord: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...ODD_WORDS) },
  { weight: 2, arbitrary: fc.stringMatching(/^[-a-z/=.]{1,8}$/) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replaceAll('\0', '')) },
)

const program: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('/app', 'sh', 'true', '--', '$(X)'),
  arbitraryWord.filter((text) => text !== ''),
)

/** Generates a program with its arguments. */
export const arbitraryCommand: fc.Arbitrary<readonly string[]> = fc
  .tuple(program, fc.array(arbitraryWord, { maxLength: 4 }))
  .map(([first, rest]) => [first, ...rest])
