/** What people give that is not yet what the API server gets: patches, templates, names that are no text. */
import test from 'ava'
import { inject } from '../support/inject.ts'

const ORDER = 'podorder.io/depends-on: "b: a"'
const CONTAINERS = '[{name: a, image: x, command: [a]}, {name: b, image: x, command: [b]}]'
const named = (name: string): string =>
  `kind: Pod\nmetadata: {name: ${name}, annotations: {${ORDER}}}\nspec: {containers: ${CONTAINERS}}\n`

/** Each with all that is said of it. */
const WRONG: Readonly<Record<string, readonly [text: string, said: string]>> = {
  'a patch of kustomize without containers': [
    `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec: {template: {metadata: {annotations: {${ORDER}}}}}\n`,
    'in:4:18: Deployment has no containers here; list them; for a kustomize patch, give podorder the built manifests with -k DIR\n',
  ],
  'one with some other part of the pod': [
    `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec: {template: {metadata: {annotations: {${ORDER}}}, spec: {volumes: []}}}\n`,
    'in:4:18: Deployment has no containers here; list them; for a kustomize patch, give podorder the built manifests with -k DIR\n',
  ],
  'what kustomize reads': [
    `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\ncommonAnnotations: {${ORDER}}\n`,
    'in:3:21: nothing reads podorder.io/depends-on at commonAnnotations; kustomize writes it into the built manifests: give podorder these with -k DIR\n',
  ],
  'a name that YAML reads as a boolean': [
    named('n'),
    'in:2:18: metadata.name is true or false, not text; put it in quotes\n',
  ],
  'a name that is a number': [named('0123'), 'in:2:18: metadata.name is a number, not text; put it in quotes\n'],
  'a template, of which only the first fault is told': [
    'kind: Pod\nmetadata:\n  name: {{ .x }}\n   foo: bar\n{{- if x }}\nspec: {{ .x }}\n',
    'in:5:1: this line is not "key: value"; this is a template: render it first, for instance with helm template\n',
  ],
  'a container whose image an operator fills in': [
    `kind: Pod\nmetadata: {annotations: {${ORDER}}}\nspec: {containers: [{name: a}, {name: b, command: [b]}]}\n`,
    'in:3:21: container "a": it has neither a command nor an image; write "command" in the container, or annotate its pod with podorder.io/command.a: \'["/path/of/it", "word"]\'\n',
  ],
}

for (const [title, [text, said]] of Object.entries(WRONG)) {
  test(title, async (t) => {
    t.deepEqual(await inject('in', text), { code: 2, stdout: '', stderr: said })
  })
}
