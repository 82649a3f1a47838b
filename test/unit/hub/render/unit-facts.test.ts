import { describe, expect, it } from 'vitest';
import type { RevisionRecord } from '../../../../hub/model/fleet.ts';
import type { ApplicationDeployment } from '../../../../hub/model/documents.ts';
import { unitFacts } from '../../../../hub/render/unit-facts.ts';
import type { UnitOnCluster, UnitTarget, UnitRevision } from '../../../../hub/render/unit.ts';

const target: UnitTarget = {
  name: 'one',
  labels: { zone: 'north' },
  capabilities: { istio: true },
  kubernetes: 'v1.36.3',
  currentProvider: null,
};
const assignment = {
  unit: 'default/web',
  revision: 'web-v1',
  cluster: 'one',
  replicas: 2,
  selector: { zone: 'north' },
  notes: ['kept'],
};
const revision = {
  record: {} as RevisionRecord,
  components: [],
  assignment,
  document: null,
} as unknown as UnitRevision;
const deployment = {} as ApplicationDeployment;

type Unit = Pick<UnitOnCluster, 'target' | 'deployment' | 'revisions' | 'elsewhere'>;
const unit: Unit = { target, deployment, revisions: [revision], elsewhere: new Set() };
const on = (change: Partial<UnitTarget>): Unit => ({ ...unit, target: { ...target, ...change } });
const assigned = (change: Partial<typeof assignment>): Unit => ({
  ...unit,
  revisions: [{ ...revision, assignment: { ...assignment, ...change } }],
});

const isSame = (a: Unit, b: Unit): boolean => {
  const [one, two] = [unitFacts(a), unitFacts(b)];
  return one.length === two.length && one.every((value, index) => value === two[index]);
};

describe('what the rendering of a unit depends on', () => {
  it('is the same for equal targets and assignments, whatever values they are', () => {
    const copy: Unit = {
      ...unit,
      target: structuredClone(target),
      revisions: [{ ...revision, assignment: structuredClone(assignment) }],
      elsewhere: new Set(),
    };
    expect(isSame(unit, copy)).toBe(true);
  });

  it.each<[what: string, other: Unit]>([
    ['the name of the cluster', on({ name: 'two' })],
    ['a label', on({ labels: { zone: 'south' } })],
    ['the name of a label', on({ labels: { place: 'north' } })],
    ['one label more', on({ labels: { zone: 'north', tier: 'prod' } })],
    ['what the cluster offers', on({ capabilities: { istio: false } })],
    ['what the cluster offers being known', on({ capabilities: null })],
    ['the version of Kubernetes', on({ kubernetes: 'v1.20.0' })],
    ['the provider of its traffic', on({ currentProvider: 'istio' })],
    ['the deployment', { ...unit, deployment: {} as ApplicationDeployment }],
    ['a deployment at all', { ...unit, deployment: null }],
    ['the revision', assigned({ revision: 'web-v2' })],
    ['the replicas', assigned({ replicas: 3 })],
    ['the selector', assigned({ selector: { zone: 'south' } })],
    ['a note', assigned({ notes: ['moved'] })],
    ['a note less', assigned({ notes: [] })],
    ['what is recorded of the revision', { ...unit, revisions: [{ ...revision, record: {} as RevisionRecord }] }],
    ['its components', { ...unit, revisions: [{ ...revision, components: [] }] }],
    ['what another unit has of its names', { ...unit, elsewhere: new Set(['apps/Deployment/default/web']) }],
    ['a revision more', { ...unit, revisions: [revision, revision] }],
  ])('is not the same after a change of %s', (_, other) => {
    expect(isSame(unit, other)).toBe(false);
  });
});
