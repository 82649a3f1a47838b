import { describe, expect, it } from 'vitest';
import type { RevisionRecord } from '../../../../hub/model/fleet.ts';
import type { ApplicationDeployment } from '../../../../hub/model/documents.ts';
import { isShared, ofCluster, unitFacts } from '../../../../hub/render/unit-facts.ts';
import type { UnitOnCluster, UnitOutcome, UnitTarget, UnitRevision } from '../../../../hub/render/unit.ts';

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

const isSame = (a: Unit, b: Unit): boolean => unitFacts(a) === unitFacts(b);

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
    ['its name', on({ name: 'two' })],
    ['a label', on({ labels: { zone: 'south' } })],
    ['the version of Kubernetes', on({ kubernetes: 'v1.20.0' })],
    ['the cluster that it was assigned to', assigned({ cluster: 'two' })],
  ])('is the same on another cluster that differs in %s', (_, other) => {
    expect(isSame(unit, other)).toBe(true);
  });

  it.each<[what: string, other: Unit]>([
    ['what the cluster offers', on({ capabilities: { istio: false } })],
    ['what the cluster offers being known', on({ capabilities: null })],
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

describe('what was rendered for one cluster', () => {
  const app = { cluster: 'one', source: 'c1', objects: [], notes: ['n'] } as unknown as NonNullable<UnitOutcome['app']>;
  const outcome: UnitOutcome = { app, warning: null, faults: [] };
  const fault = { code: 'UNSUPPORTED', message: 'one offers no provider', path: [] } as const;

  it('is for another one the same but for the names of the cluster and of the commit', () => {
    expect(ofCluster(outcome, 'one', 'c1')).toBe(outcome);
    const other = ofCluster(outcome, 'two', 'c2');
    expect(other).toEqual({ ...outcome, app: { ...app, cluster: 'two', source: 'c2' } });
    expect(other.app?.objects).toBe(app.objects);
  });

  it.each<[what: string, outcome: UnitOutcome, shared: boolean]>([
    ['nothing is wrong', outcome, true],
    ['its traffic waits there', { ...outcome, warning: fault }, false],
    ['it cannot be rendered there', { app: null, warning: null, faults: [fault] }, false],
  ])('is for others, too, where %s: %#', (_, one, shared) => {
    expect(isShared(one)).toBe(shared);
  });
});
