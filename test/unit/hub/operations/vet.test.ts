import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCueEngine, type CueEngine } from '../../../../hub/cue/engine.ts';
import { vetDefinitions } from '../../../../hub/operations/vet.ts';
import { problemLine } from '../../../../hub/status/problem.ts';
import { systemClock } from '../../../../shared/adapters/clock.ts';
import { parseYaml } from '../../../../shared/lib/yaml.ts';
import { definition as definitionDocument } from '../../../../hub/model/documents.ts';
import { fleetOf } from '../../../fixtures/hub/fleet.ts';
import { renderFleet } from '../../../fixtures/hub/rendering.ts';

const { signal } = new AbortController();

/** A definition with a template at line 10, and other members of its `spec` from line 5 on. */
const definition = (template: string, { kind = 'Component', spec = '' } = {}): string => `kind: ${kind}Definition
apiVersion: core.oam.dev/v1beta1
metadata: { name: mine }
spec:
${spec === '' ? '  version: "1"\n' : spec}
  # The template.
  schematic:
    cue:
      template: |
${template.replace(/^/gm, '        ')}
`;
const workload = (parameter: string, more = ''): string =>
  `output: {apiVersion: "v1", kind: "ConfigMap", data: a: "\\(parameter.a)"${more}}\nparameter: {\n${parameter}\n}`;
const good = workload('// The a.\na: string');

describe('vetting a definition', () => {
  let cue: CueEngine;
  beforeAll(() => {
    cue = startCueEngine({ clock: systemClock });
  });
  afterAll(() => cue.close());
  const vet = async (text: string, parameter: string | null = null) => {
    const given = parameter === null ? null : { path: 'given.yaml', text: parameter };
    const { problems, definitions } = await vetDefinitions({ path: 'mine.yaml', text }, given, { cue, signal });
    return { lines: problems.map(problemLine), from: definitions.map(({ example }) => example) };
  };

  it('finds nothing wrong with one that is good, with its own example and with a given one', async () => {
    expect(await vet(definition(good))).toEqual({ lines: [], from: ['made up'] });
    expect(await vet(definition(good), '{ a: b }')).toEqual({ lines: [], from: ['the given file'] });
    const text = definition(good).replace(
      '{ name: mine }',
      '{ name: mine, annotations: { sluice.dev/example: "a: x" } }',
    );
    expect(await vet(text)).toEqual({ lines: [], from: ['its annotation'] });
  });

  const rows: readonly (readonly [what: string, text: string, told: readonly RegExp[], parameter?: string])[] = [
    ['a text that is not CUE', definition('output: {a: }'), [/^error\[RENDER_FAILED\] .*; mine.yaml:11:21$/]],
    ['a name that there is not', definition(`${good}\nb: nope`), [/reference "nope" not found; mine.yaml:16:12$/]],
    [
      'an import that there is not',
      definition(`import "vela/op"\n${good}`),
      [/^error\[RENDER_FAILED\] .*imports vela\/op.*; mine.yaml:11:16; write the object/],
    ],
    [
      'a parameter without words',
      definition(workload('a: string')),
      [/^warning.*"a" has no description; mine.yaml:13:9;/],
    ],
    [
      'a conflict that an example shows',
      definition(workload('// A.\na: string', ', kind: parameter.a')),
      [/^error\[RENDER_FAILED\] .*; mine.yaml:1\d:\d+$/],
      '{ a: Secret }',
    ],
    [
      'an example that does not fit',
      definition(good),
      [/^error\[DOCUMENT_INVALID\] .*wrong type.*; given.yaml:1:3/],
      '{ a: [1] }',
    ],
    [
      'an object that is wrong for properties that were made up',
      definition(workload('// A.\na: string', ', metadata: name: "A B"')),
      [/^warning\[OBJECT_INVALID\] .*; mine.yaml:3:13; it was rendered with made-up properties/],
    ],
    [
      'a member of spec that means nothing',
      definition(good, { spec: '  wrokload: {}\n' }),
      [/^warning\[UNKNOWN_FIELD\] wrokload .*; mine.yaml:5:3; did you mean workload\?/],
    ],
    [
      'texts of health that give nothing, read what is not there, or are not CUE',
      definition(good, {
        spec: '  status:\n    healthPolicy: |\n      isHealthy: context.outptu.x\n    details: "{"\n',
      }),
      [
        /gives no isHealth; mine.yaml:6:5/,
        /reads context.outptu, .*; mine.yaml:6:5; did you mean output/,
        /; mine.yaml:8:5$/,
      ],
    ],
    [
      'a trait that says itself why it cannot be used',
      definition('errs: ["not so"]\npatch: spec: replicas: 1\nparameter: {}', { kind: 'Trait' }),
      [/^warning\[RENDER_FAILED\] .*not so/],
    ],
  ];
  it.each(rows.map(([what, text, told, parameter = null]) => ({ what, text, told, parameter })))(
    'tells $what',
    async ({ text, told, parameter }) => {
      const { lines } = await vet(text, parameter);
      const own = lines.filter((line) => !line.includes('status is not used'));
      expect(own).toHaveLength(told.length);
      for (const [index, pattern] of told.entries()) expect(own[index]).toMatch(pattern);
    },
  );

  it('renders a trait on a component that it applies to', async () => {
    const template = 'patch: spec: serviceName: "x-\\(context.output.kind)" & "x-StatefulSet"\nparameter: {}';
    const spec = '  appliesToWorkloads: [statefulsets.apps]\n';
    const only =
      'patch: {\n  // +patchStrategy=retainKeys\n  spec: serviceName: "x-\\(context.output.kind)" & "x-StatefulSet"\n}\nparameter: {}';
    expect((await vet(definition(only, { kind: 'Trait', spec }))).lines).toEqual([]);
    expect((await vet(definition(template, { kind: 'Trait' }))).lines).not.toEqual([]);
  });

  const step = `import (
  "vela/op"
  "strings"
)
made: op.#Apply & {value: {apiVersion: "v1", kind: "ConfigMap", metadata: name: strings.ToLower(parameter.name)}}
parameter: {
  // The name.
  name: string
  cluster: *"" | string
}`;
  it('knows steps of workflows: their actions, what CUE says of them, and their parameters', async () => {
    const of = (text: string) => vet(definition(text, { kind: 'WorkflowStep' }));
    expect(await of(step)).toEqual({
      lines: [expect.stringMatching(/^warning.*"cluster" has no description; mine.yaml:19:11;/)],
      from: [null],
    });
    const { lines } = await of(step.replace('parameter.name', 'nope'));
    expect(lines).toEqual([expect.stringMatching(/^error.*reference "nope" not found; mine.yaml:15:\d+$/)]);
    const unknown = await of(step.replace('op.#Apply', 'op.#Nothing'));
    expect(unknown.lines[0]).toMatch(/^warning\[UNSUPPORTED\] it cannot be used: the action op.#Nothing/);
  });

  it('knows workloads, and revisions of definitions', async () => {
    const workloadText = definition(good, { kind: 'Workload', spec: '  definitionRef: { name: a.b.c }\n' });
    expect(await vet(workloadText)).toEqual({ lines: [], from: ['made up'] });
    const inner = definition(good)
      .replaceAll(/^(?=.)/gm, '    ')
      .replaceAll(/^ {4}apiVersion.*\n|^ {4}kind.*\n/gm, '');
    const revision = `apiVersion: core.oam.dev/v1beta1
kind: DefinitionRevision
metadata: { name: mine-v2 }
spec:
  revision: 2
  definitionType: Component
  componentDefinition:
${inner}`;
    expect(await vet(revision)).toEqual({ lines: [], from: ['made up'] });
  });

  it('says what a file is that has none', async () => {
    await expect(vet('kind: ConfigMap\napiVersion: v1\nmetadata: { name: a }\n')).rejects.toMatchObject({
      code: 'USAGE',
    });
    const cueFile = { path: 'mine.cue', text: '"mine": {\n\ttype: "trait"\n}\ntemplate: {}\n' };
    await expect(vetDefinitions(cueFile, null, { cue, signal })).rejects.toMatchObject({
      code: 'USAGE',
      data: { path: 'mine.cue', hint: expect.stringContaining('spec.schematic.cue.template') as string },
    });
    await expect(vet('a: [')).rejects.toMatchObject({ code: 'YAML_SYNTAX' });
  });
});

describe('the definition of the guide', () => {
  let cue: CueEngine;
  beforeAll(() => {
    cue = startCueEngine({ clock: systemClock });
  });
  afterAll(() => cue.close());
  const textOf = (path: string) => readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');
  const page = textOf('docs/definitions.md');
  const [definitionText, applicationText] = ['definition', 'application'].map((name) =>
    textOf(`examples/own-definition/${name}.yaml`),
  ) as [string, string];

  it('is that of the example, has nothing wrong, and renders what the guide says', async () => {
    for (const text of [definitionText, applicationText]) expect(page).toContain(`\`\`\`yaml\n${text}\`\`\``);
    const file = { path: 'definition.yaml', text: definitionText };
    const vetted = await vetDefinitions(file, null, { cue, signal });
    expect(vetted).toEqual({
      definitions: [{ definition: 'ComponentDefinition/cache', example: 'its annotation' }],
      problems: [],
    });
    const cluster = '---\nkind: Cluster\nmetadata: { name: local }\n';
    const given = (application: string) => fleetOf(`${definitionText}---\n${application}${cluster}`);
    const { apps, problems } = await renderFleet(cue, given(applicationText));
    expect(problems).toEqual([]);
    const objects = apps.flatMap((app) => app.objects.map(({ object }) => `${object.kind} ${object.metadata.name}`));
    expect(objects).toEqual(['Service sessions', 'Deployment sessions']);
    const wrong = await renderFleet(cue, given(applicationText.replace('64mb', 'much')));
    expect(wrong.problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('property "memory" is invalid') as string,
    ]);
    const [parsed] = parseYaml(definitionText, 'definition.yaml');
    expect(definitionDocument.safeParse(parsed?.value).success).toBe(true);
  });
});
