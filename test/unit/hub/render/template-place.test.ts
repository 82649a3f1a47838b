import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCueEngine, type CueEngine } from '../../../../hub/cue/engine.ts';
import { problemLine } from '../../../../hub/status/problem.ts';
import { systemClock } from '../../../../shared/adapters/clock.ts';
import type { PinnedDefinition } from '../../../../hub/model/fleet.ts';
import { inDefinition } from '../../../../hub/render/template-place.ts';
import { fleetOf } from '../../../fixtures/hub/fleet.ts';
import { renderFleet } from '../../../fixtures/hub/rendering.ts';

const template = 'output: {\n  kind: "ConfigMap"\n  data: a: nope\n}\n';
const definition = `kind: ComponentDefinition
metadata: {name: mine}
spec:
  schematic:
    cue:
      template: |
${template.replace(/^(?=.)/gm, '        ')}`;
const application = '---\nkind: Application\nmetadata: {name: a}\nspec: {components: [{name: b, type: mine}]}\n';
const pinned: PinnedDefinition = {
  kind: 'ComponentDefinition',
  type: 'mine',
  template,
  inPlace: false,
  appliesToWorkloads: [],
};

describe('what is wrong in a template', () => {
  const sourced = fleetOf(definition).definitions;
  const fault = { code: 'RENDER_FAILED', message: 'wrong', path: ['spec'] } as const;

  it.each<[rule: string, definition: Partial<PinnedDefinition>, place: string | null]>([
    ['of the document', {}, '9:20'],
    ['of a text that the document has not any more', { template: `${template}\n` }, null],
    ['of a built-in of another name', { type: 'webservice' }, null],
  ])('%s is told at %s', (_, other, place) => {
    const at = { line: 3, column: 12 };
    const told = inDefinition({ ...fault, template: { definition: { ...pinned, ...other }, at } }, sourced).place;
    expect(told === undefined ? null : `${told.line}:${told.column}`).toBe(place);
  });

  it('that has no place in a template stays where it is', () => {
    expect(inDefinition(fault, sourced)).toBe(fault);
  });

  it('is written otherwise: at its key', () => {
    const flat = fleetOf(
      `kind: ComponentDefinition\nmetadata: {name: mine}\nspec: {schematic: {cue: {template: ${JSON.stringify(template)}}}}\n`,
    );
    const told = inDefinition(
      { ...fault, template: { definition: pinned, at: { line: 3, column: 12 } } },
      flat.definitions,
    );
    expect([told.place?.line, told.place?.column]).toEqual([3, 26]);
  });
});

describe('rendering with a template that is wrong', () => {
  let cue: CueEngine;
  beforeAll(() => {
    cue = startCueEngine({ clock: systemClock });
  });
  afterAll(() => cue.close());

  it('names the line of the YAML file that it stands in', async () => {
    const { problems } = await renderFleet(
      cue,
      fleetOf(`${definition}${application}---\nkind: Cluster\nmetadata: {name: local}\n`),
    );
    expect(problems.map(problemLine)).toEqual([
      expect.stringMatching(/a-v1: ComponentDefinition\/mine: .*"nope" not found, for component b; fleet\.yaml:9:20/),
    ]);
  });
});
