import { expect, it } from 'vitest';
import type { State } from '../../../../hub/model/state.ts';
import {
  app,
  approved,
  heldBack,
  many,
  planFor,
  published,
  record,
  registration,
  start,
  step,
} from '../../../fixtures/hub/plan.ts';

const two = { ...record, name: 'two', registration: registration.replaceAll('2', '3') };
const state: State = { ...start, clusters: new Map([...start.clusters, ['two', two]]) };
const both = (name: string, objects: readonly string[]) =>
  ['one', 'two'].map((cluster) => app(name, objects, { cluster }));

it('a cluster that cannot be planned keeps what it has, and the others get their next bundle', () => {
  const before = step(state, both('web', ['ConfigMap/a']));
  // What is kept is measured in the repository of the ledger, where something is wrong with one bundle.
  const sizes = ({ cluster }: { readonly cluster: string }) => {
    if (cluster === 'one') throw new RangeError('offset is out of bounds');
    return new Map<string, number>();
  };
  const holds = [heldBack('default/web', null)];
  const result = planFor(before, both('more', ['ConfigMap/b']), { sizes, holds });
  expect(result.next.map(({ cluster, revision }) => [cluster, revision.apps.map(({ name }) => name)])).toEqual([
    ['two', ['more', 'web']],
  ]);
  expect(result.problems).toMatchObject([{ code: 'INTERNAL', cluster: 'one', severity: 'error' }]);
  expect(result.problems[0]?.message).toMatch(/^the next bundle of one cannot be planned: offset is out of bounds/);
});

it('changes that wait for it, and their approvals, are not forgotten', () => {
  const full = step(state, [app('web', many('web', 30))]);
  const waiting = approved(published(full, planFor(full, [])));
  expect(waiting.guarded).toHaveLength(1);
  const sizes = () => {
    throw new RangeError('offset is out of bounds');
  };
  const result = planFor(waiting, [], { sizes, holds: [heldBack('default/web', null)] });
  expect(result.problems).toMatchObject([{ code: 'INTERNAL', cluster: 'one' }]);
  expect(result.guarded).toEqual(waiting.guarded);
  expect(result.approvals).toEqual(waiting.approvals);
});
