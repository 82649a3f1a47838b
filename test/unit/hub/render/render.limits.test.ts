import { expect, it } from 'vitest';
import { startCueEngine } from '../../../../hub/cue/engine.ts';
import type { Clock } from '../../../../shared/ports/clock.ts';
import { fleetOf } from '../../../fixtures/hub/fleet.ts';
import { renderFleet } from '../../../fixtures/hub/rendering.ts';

/** A clock on which each component takes a second. */
function slowClock(): Clock {
  let time = 0;
  return {
    now: () => time,
    monotonic: () => (time += 1_000),
    after: () => () => undefined,
    sleep: () => Promise.resolve(),
  };
}

const component = (name: string) => `{ name: ${name}, type: worker, properties: { image: ${name} } }`;
const app = (name: string, components: number) => {
  const all = Array.from({ length: components }, (_, n) => component(`${name}-${n}`));
  return `kind: Application\nmetadata: { name: ${name} }\nspec: { components: [${all.join()}] }\n`;
};

it('an application that takes longer than it may fails, and the others are rendered', async () => {
  const cue = startCueEngine({ clock: slowClock(), applicationMs: 3_000 });
  try {
    const documents = [app('long', 4), app('exact', 3), app('short', 1), 'kind: Cluster\nmetadata: { name: local }\n'];
    const rendered = await renderFleet(cue, fleetOf(documents.join('---\n')));
    expect(rendered.apps.map(({ name }) => name)).toEqual(['exact', 'short']);
    expect(rendered.failed).toEqual([{ unit: 'default/long', cluster: 'local' }]);
    expect(rendered.problems).toMatchObject([{ code: 'RENDER_TIMEOUT', app: 'default/long', severity: 'error' }]);
    expect(rendered.problems[0]?.message).toContain('took more than 3 s in all');
  } finally {
    await cue.close();
  }
});
