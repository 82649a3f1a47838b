import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCueEngine, type CueEngine } from '../../../../hub/cue/engine.ts';
import type { CueProgram } from '../../../../hub/cue/program.ts';
import { unreadableTexts } from '../../../../hub/validate/texts.ts';
import { validateWithTexts } from '../../../../hub/validate/validate.ts';
import { systemClock } from '../../../../shared/adapters/clock.ts';
import { noCue } from '../../../fakes/cue.ts';
import { applicationWith, snapshotOf } from '../../../fixtures/hub/delivery.ts';

const { signal } = new AbortController();
const step = (more: string) => applicationWith(`workflow:\n  steps:\n    - { name: a, type: suspend, ${more} }\n`);
const inGroup = applicationWith(
  'workflow:\n  steps:\n    - { name: g, type: step-group, subSteps: [{ name: a, type: suspend, if: "a b" }] }\n',
);
const given = (text: string) =>
  applicationWith('').replace(
    '{ image: nginx:1 } }',
    `{ image: nginx:1 }, outputs: [{ name: o, valueFrom: '${text}' }] }`,
  );
const long = 'list.Range(0, 9999, 1)';
const outputOf = (text: string) => given('X').replace("'X'", JSON.stringify(text));
const definition = (text: string) =>
  `kind: ComponentDefinition\nmetadata: { name: own }\nspec:\n  status:\n    healthPolicy: ${JSON.stringify(text)}\n  schematic: { cue: { template: 'output: {}' } }\n`;

describe('texts of CUE whose turn comes later', () => {
  let cue: CueEngine;
  beforeAll(() => {
    cue = startCueEngine({ clock: systemClock });
  });
  afterAll(() => cue.close());

  const saidOf = async (text: string, by: CueEngine = cue) => {
    const found = await unreadableTexts(by, snapshotOf(text).documents, signal);
    return [...found.values()].flat().map(({ severity, message }) => `${severity}: ${message}`);
  };

  it.each([
    step('if: always'),
    step(`if: 'status.a.failed && inputs.x > 1 || context.name == "a"'`),
    step(`if: 'strings.HasPrefix(status["a-b"].message, "x") // so it is'`),
    step(`outputs: [{ name: o, valueFrom: ${JSON.stringify('import "time"\ntime.Format(response.at, "x")')} }]`),
    given('output.metadata.name + outputs.service.kind'),
    outputOf('// the output of the Service\noutput.metadata.name'),
    outputOf('// see "strings" and list.Range: import "strings"\nstrings.ToUpper(output.metadata.name)'),
    outputOf('import str "strings"\n\nstr.ToUpper(strings.metadata.name)'),
    outputOf('import (\n\t// (or list) or\n\t"encoding/json"\n)\njson.Marshal(encoding.or)'),
    outputOf('[...strings.MinRunes(1)] & output.names'),
    outputOf('output.metadata.name // not strings.ToUpper'),
    outputOf('"strings.ToUpper \\(strings.ToUpper(output.größe.ünits))"'),
    outputOf('[for c in output.spec.containers if c.import != _|_ {c.func}][0] + len(output.package) * 2'),
    definition('isHealth: context.output.status.ready > 0 && parameter.replicas > 0'),
    outputOf('{a: 1, b: x}.b\nlet x = output.metadata'),
    definition('let o = context.output\nX=y: o.status.ready\nisHealth: X == o.z && #limit > 1\n#limit: 2'),
    definition('import "strings"\nx: errs\nisHealth: strings.Contains(context.name, "a")'),
  ])('can be read: %s', async (text) => {
    expect(await saidOf(text)).toEqual([]);
  });

  it.each<[text: string, said: string]>([
    [step('if: status.a.failed &&'), 'error: the condition cannot be read: expected operand, and it ends'],
    [step('if: statuss.a.failed'), 'error: the condition cannot be read: reference "statuss" not found'],
    [inGroup, "error: the condition cannot be read: missing ',' in struct literal"],
    [
      step(`outputs: [{ name: o, valueFrom: 'response[0' }]`),
      "error: output o cannot be read: expected ']', found newline",
    ],
    [
      outputOf('1}}]\nx: [for a in list.Range(0, 9999, 1) {a}]\ny: [{{1'),
      "error: output o cannot be read: expected 'EOF', found '}'",
    ],
    [outputOf('output.name // and no more\n+'), 'error: output o cannot be read: expected operand, and it ends'],
    [given('output.metadata.'), 'error: output o cannot be read: expected selector, and it ends'],
    [definition('isHealth: ('), 'warning: healthPolicy cannot be read: expected operand, and it ends'],
  ])('cannot be read: %s', async (text, said) => {
    const snapshot = snapshotOf(text);
    const { problems } = await validateWithTexts(cue, snapshot, signal);
    const found = problems.filter(({ message }) => message.includes('cannot be read'));
    expect(found.map(({ severity, message }) => `${severity}: ${message}`)).toEqual([said]);
    expect(found.every(({ place }) => (place?.line ?? 0) > 1)).toBe(true);
    // And a document is looked at once for all commits that have it.
    expect((await validateWithTexts(noCue, snapshot, signal)).problems).toEqual(problems);
  });

  it.each([
    outputOf(`output.name\nx: [for a in ${long} for b in ${long} {a + b}]`),
    definition(`isHealth: true\nx: [for a in ${long} for b in ${long} {a + b}]`),
    definition(`isHealth: true\nparameter: [for a in ${long} for b in ${long} {a + b}]`),
  ])('are never evaluated: %s', async (text) => {
    const asked: CueProgram[] = [];
    const evaluate: CueEngine['evaluate'] = (programs, within) => {
      asked.push(...programs);
      return cue.evaluate(programs, within);
    };
    expect(await saidOf(text, { ...cue, forApplication: () => ({ evaluate }) })).toEqual([]);
    // An evaluation would have taken all of its time.
    const again = await cue.evaluate(asked, signal);
    expect(again.flatMap((one) => (one.ok ? 'it was evaluated' : one.faults[0]?.message))).toEqual([
      expect.stringMatching(/reference "nowhere_\w+" not found$/),
    ]);
  });

  it('take the time of their own application, each', async () => {
    const budgets: string[] = [];
    const counting = { ...cue, forApplication: (name: string) => (budgets.push(name), cue.forApplication(name)) };
    const others = ['a', 'b'].map((name) => given('output.metadata.').replace('name: app', `name: ${name}`));
    expect(await saidOf(others.join('---\n'), counting)).toHaveLength(2);
    expect(budgets).toEqual(['Application default/a', 'Application default/b']);
  });

  it('are asked again where there was no evaluator, and nobody fails for that', async () => {
    const { documents } = snapshotOf(step('if: status.a.failed &&'));
    const found = async (by: CueEngine) => [...(await unreadableTexts(by, documents, signal)).values()].flat();
    expect(await found(noCue)).toEqual([]);
    expect(await found(cue)).toHaveLength(1);
    const other = snapshotOf(step('if: status.a.failed')).documents;
    await expect(unreadableTexts(noCue, other, AbortSignal.abort())).rejects.toThrow();
  });

  it('break the document that has them, and an application that refers to a Workflow that has', async () => {
    const own = step('if: a b').replace('name: app', 'name: own');
    const workflow = 'kind: Workflow\nmetadata: { name: w }\nsteps: [{ name: a, type: suspend, if: "a b" }]\n';
    const referring = applicationWith('workflow: { ref: w }\n').replace('name: app', 'name: referring');
    const health = definition('isHealth: (');
    const text = [own, workflow, referring, health, applicationWith('')].join('---\n');
    const { fleet, problems, drafts = [] } = await validateWithTexts(cue, snapshotOf(text), signal);
    const names = (all: readonly { readonly doc: { readonly metadata: { readonly name: string } } }[]) =>
      all.map(({ doc }) => doc.metadata.name);
    expect([names(fleet.applications), names(fleet.definitions)]).toEqual([['app'], ['own']]);
    expect([...fleet.frozen]).toEqual([
      'Application default/own',
      'Workflow default/w',
      'Application default/referring',
    ]);
    expect(names(drafts)).toEqual(['own', 'referring']);
    expect(problems.map(({ severity, message }) => `${severity}: ${message}`)).toEqual([
      "error: the condition cannot be read: missing ',' in struct literal",
      "error: the condition cannot be read: missing ',' in struct literal",
      'error: Workflow default/w is broken',
      'warning: healthPolicy cannot be read: expected operand, and it ends',
    ]);
  });
});
