import { describe, expect, it } from 'vitest';
import { carriedOver, formerRun, refusedHandover } from '../../../../agent/apply/handover.ts';
import type { InventoryEntry } from '../../../../agent/model/inventory.ts';
import { SluiceError, type Code } from '../../../../shared/errors.ts';
import type { KubeObject } from '../../../../shared/model/object.ts';

const fixed = 'spec.selector: Invalid value: {}: field is immutable';
const deployment = 'apps/Deployment/default/web';
const digest = `sha256:${'1'.repeat(64)}` as const;
const entryOf = (id: string, more: Partial<InventoryEntry> = {}): InventoryEntry => ({
  ...{ id, apiVersion: 'v1', app: 'default/store', revision: null, uid: 'u', nonce: 'n', fieldsHash: null },
  applied: `sha256:${'0'.repeat(64)}`,
  handover: { from: 'default/shop' },
  ...more,
});
const resource = { group: 'apps', version: 'v1', kind: 'StatefulSet', plural: 'statefulsets', namespaced: true };
const portsOf = (whenDeleted: string | null) => ({
  signal: AbortSignal.timeout(10_000),
  kube: {
    resource: () => Promise.resolve({ ...resource, verbs: [], subresources: [] }),
    get: () =>
      whenDeleted === null
        ? Promise.reject(new SluiceError('FORBIDDEN', 'no'))
        : Promise.resolve({ spec: { persistentVolumeClaimRetentionPolicy: { whenDeleted } } } as unknown as KubeObject),
  },
});

describe('an object of another application that the server does not let be changed', () => {
  it.each<[rule: string, id: string, code: Code, message: string, isAnew: boolean]>([
    ['is made anew', deployment, 'OBJECT_REJECTED', fixed, true],
    [
      'is made anew, a Job too',
      'batch/Job/default/migrate',
      'OBJECT_REJECTED',
      'spec.template: field is immutable',
      true,
    ],
    ['is not for another refusal', deployment, 'OBJECT_REJECTED', 'spec.replicas: must not be negative', false],
    ['is not for a fault of the way', deployment, 'UNAVAILABLE', fixed, false],
    ['never is where data goes along', '/PersistentVolumeClaim/default/data', 'OBJECT_REJECTED', fixed, false],
    ['never is where objects go along', '/Namespace//team', 'OBJECT_REJECTED', fixed, false],
  ])('%s', async (_, id, code, message, isAnew) => {
    const error = new SluiceError(code, message);
    const found = await refusedHandover(portsOf('Retain'), { id, digest }, { entry: entryOf(id), error });
    expect(found?.entry.handover ?? null).toEqual(isAnew ? { from: 'default/shop', refused: digest } : null);
    if (isAnew) expect(found?.reason).toContain('waits until that of default/shop is gone');
  });

  it('is a fault where it was this application’s all along', async () => {
    const entry = carriedOver(entryOf(deployment));
    const error = new SluiceError('OBJECT_REJECTED', fixed);
    expect(await refusedHandover(portsOf('Retain'), { id: deployment, digest }, { entry, error })).toBeNull();
  });

  it('is made anew where it is the Job of an analysis, and another content is wanted of it', async () => {
    const id = 'batch/Job/default/smoke';
    const error = new SluiceError('OBJECT_REJECTED', 'spec.template: field is immutable');
    const entry = carriedOver(entryOf(id, { nonce: 'analysis-3-1-2-n' }));
    const found = await refusedHandover(portsOf('Retain'), { id, digest }, { entry, error });
    expect(found?.entry.handover).toEqual({ from: 'default/store', refused: digest });
    const same = { entry: { ...entry, applied: digest }, error };
    expect(await refusedHandover(portsOf('Retain'), { id, digest }, same)).toBeNull();
  });

  it('makes way where an analysis is to make a Job of its name, and no record speaks of it', () => {
    const task = { id: 'batch/Job/default/smoke', app: 'default/store', digest };
    const entry = carriedOver(entryOf(task.id, { nonce: 'analysis-3-1-2-n', uid: null }));
    const handover = { from: 'default/store', refused: digest };
    expect(formerRun(task, entry, 'u')?.entry).toEqual({ ...entry, uid: 'u', handover });
    expect(formerRun(task, { ...entry, nonce: 'n' }, 'u')).toBeNull();
  });

  it.each<[claims: string | null, isAnew: boolean]>([
    ['Retain', true],
    ['Delete', false],
    [null, false],
  ])('is made anew as a StatefulSet only where its claims are known to stay: %s', async (claims, isAnew) => {
    const id = 'apps/StatefulSet/default/db';
    const error = new SluiceError('OBJECT_REJECTED', 'spec: Forbidden: updates to statefulset spec are forbidden');
    const found = await refusedHandover(portsOf(claims), { id, digest }, { entry: entryOf(id), error });
    expect(found !== null).toBe(isAnew);
  });

  it('belongs to its application once it has the new content', () => {
    expect(carriedOver(entryOf(deployment, { expires: true }))).not.toHaveProperty('handover');
  });
});
