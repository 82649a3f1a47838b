import { expect, it } from 'vitest';
import { startCueEngine } from '../../../../hub/cue/engine.ts';
import { systemClock } from '../../../../shared/adapters/clock.ts';
import { fleetOf } from '../../../fixtures/hub/fleet.ts';
import { renderFleet } from '../../../fixtures/hub/rendering.ts';

const numbers = Array.from({ length: 30 }, (_, n) => n + 1).join();
const loops = ['a', 'b', 'c', 'd', 'e'].map((name) => `for ${name} in [${numbers}]`).join(' ');
const runaway = `kind: ComponentDefinition
metadata: { name: runaway }
spec:
  workload: { definition: { apiVersion: v1, kind: ConfigMap } }
  schematic:
    cue:
      template: |
        output: {
          apiVersion: "v1"
          kind:       "ConfigMap"
          data: count: "\\(len([${loops} if a+b+c+d+e == 0 {a}]))"
        }
        parameter: {}
`;
const app = (name: string, type: string, properties: string): string =>
  `kind: Application\nmetadata: { name: ${name} }\nspec: { components: [{ name: ${name}, type: ${type}, properties: ${properties} }] }\n`;

it('an application that takes longer than it may fails, and the others are rendered', async () => {
  const cue = startCueEngine({ clock: systemClock, applicationMs: 2_000 });
  try {
    const documents = [
      runaway,
      app('first', 'worker', '{ image: first }'),
      app('long', 'runaway', '{}'),
      app('short', 'worker', '{ image: short }'),
      'kind: Cluster\nmetadata: { name: local }\n',
    ];
    const rendered = await renderFleet(cue, fleetOf(documents.join('---\n')));
    expect(rendered.apps.map(({ name }) => name)).toEqual(['first', 'short']);
    expect(rendered.failed).toEqual([{ unit: 'default/long', cluster: 'local' }]);
    expect(rendered.problems).toMatchObject([{ code: 'RENDER_TIMEOUT', app: 'default/long', severity: 'error' }]);
    expect(rendered.problems[0]?.message).toContain('took more than 2 s of CPU time in all');
  } finally {
    await cue.close();
  }
});
