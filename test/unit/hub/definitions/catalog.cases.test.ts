import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCueEngine, type CueEngine } from '../../../../hub/cue/engine.ts';
import { systemClock } from '../../../../shared/adapters/clock.ts';
import { yamlText } from '../../../../shared/lib/yaml/write.ts';
import { fleetOf } from '../../../fixtures/hub/fleet.ts';
import { renderFleet } from '../../../fixtures/hub/rendering.ts';
import { documentedInputs as rows } from '../../../fixtures/hub/library-cases.ts';
import { differences, type KubeJson } from '../../../fixtures/hub/library-differences.ts';
import { comparable } from '../../../fixtures/hub/comparable.ts';

const local = '---\nkind: Cluster\nmetadata: { name: local }\n';

describe('a documented input', () => {
  let cue: CueEngine;
  beforeAll(() => {
    cue = startCueEngine({ clock: systemClock });
  });
  afterAll(() => cue.close());

  it.each(rows)('$id', async ({ id, app, expect: wanted }) => {
    const { apps, problems } = await renderFleet(cue, fleetOf(`${yamlText(app)}${local}`));
    const errors = problems.filter(({ severity }) => severity === 'error').map(({ message }) => message);
    const mine = differences.filter(({ cases }) => cases === 'all' || cases.includes(id));
    const error = mine.find((one) => one.error !== undefined)?.error ?? ('error' in wanted ? wanted.error : undefined);
    if (error !== undefined || 'error' in wanted) {
      expect(errors.join('\n')).toContain(error?.replace(/^errs: /, ''));
      return;
    }
    expect(errors).toEqual([]);
    const objects = apps.flatMap((one) => one.objects.map(({ object }) => object));
    const edits = mine.flatMap((one) => one.objects ?? []);
    const expected = edits.reduce<readonly KubeJson[]>(
      (all, edit) => all.flatMap((object) => edit(object)),
      wanted.objects,
    );
    expect(comparable(objects)).toEqual(comparable(expected));
  });

  it('that comes out otherwise on purpose is one of these', () => {
    const listed = differences.flatMap(({ cases }) => (cases === 'all' ? [] : cases));
    const known = new Set(rows.map(({ id }) => id));
    expect(listed.filter((id) => !known.has(id))).toEqual([]);
    process.stdout.write(`definitions: ${rows.length} inputs, ${listed.length} of them other on purpose\n`);
  });
});
