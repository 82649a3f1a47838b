import { describe, expect, it } from 'vitest';
import type { HealthCheck } from '../../../../hub/model/health.ts';
import type { RenderedApp } from '../../../../hub/model/rendered.ts';
import { judgedUnits } from '../../../../hub/plan/judged.ts';
import type { State } from '../../../../hub/model/state.ts';
import { app, start, step } from '../../../fixtures/hub/plan.ts';

const checks: readonly HealthCheck[] = [
  {
    ...{ component: 'web', subject: 'ComponentDefinition/cache', parameter: {}, context: {} },
    ...{ status: { healthPolicy: 'isHealth: true' }, objects: [] },
  },
];
const checked = (...args: Parameters<typeof app>): RenderedApp => ({ ...app(...args), checks });
const web = checked('web', ['ConfigMap/a']);
const other = app('other', ['ConfigMap/b']);
const keysOf = (rendered: readonly RenderedApp[], state: State) =>
  judgedUnits(rendered, state).map(({ app: unit, cluster }) => `${unit} ${cluster}`);

describe('what is judged by definitions', () => {
  it('is what has texts, as far as it is published as it is rendered', () => {
    expect(keysOf([web, other], step(start, [web, other]))).toEqual(['default/web one']);
    expect(keysOf([web], start)).toEqual([]);
    expect(keysOf([checked('web', ['ConfigMap/z'])], step(start, [web]))).toEqual([]);
  });

  it('is the very same value while neither of them changes, and another one with another bundle', () => {
    const state = step(start, [web, other]);
    const [first] = judgedUnits([web, other], state);
    expect(judgedUnits([other, web], state)[0]).toBe(first);
    const changed = step(state, [checked('web', ['ConfigMap/z']), other]);
    expect(keysOf([web, other], changed)).toEqual([]);
    const back = step(changed, [web, other]);
    expect(judgedUnits([web, other], back)).toMatchObject([{ digest: first?.digest }]);
  });
});
