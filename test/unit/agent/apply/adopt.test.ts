import { describe, expect, it } from 'vitest';
import { ownershipOf, released, takenOver } from '../../../../agent/apply/adopt.ts';
import type { ManagedFieldsEntry } from '../../../../shared/model/object.ts';

const entry = (manager: string, fieldsV1: object, more: Partial<ManagedFieldsEntry> = {}): ManagedFieldsEntry => ({
  manager,
  operation: 'Update',
  apiVersion: 'v1',
  fieldsType: 'FieldsV1',
  fieldsV1,
  ...more,
});
const data = (...keys: readonly string[]) => ({ 'f:data': Object.fromEntries(keys.map((key) => [`f:${key}`, {}])) });
/** `manager operation fields` of what is left, or null. */
const words = (...entries: readonly ManagedFieldsEntry[]) =>
  takenOver(entries, 'v1')?.map((one) => `${one.manager} ${one.operation} ${JSON.stringify(one.fieldsV1)}`) ?? null;

describe('the fields of an object that is adopted', () => {
  it.each([
    ['kubectl-client-side-apply', 'Update'],
    ['kubectl', 'Apply'],
    ['kubectl-create', 'Update'],
    ['kubectl-edit', 'Update'],
    ['helm', 'Update'],
    ['helm', 'Apply'],
    ['before-first-apply', 'Update'],
  ])('become ours where %s (%s) brought them', (manager, operation) => {
    expect(words(entry(manager, data('a', 'b'), { operation }))).toEqual([
      'sluice-agent Apply {"f:data":{"f:a":{},"f:b":{}}}',
    ]);
  });

  it.each<[who: string, one: ManagedFieldsEntry]>([
    ['an operator', entry('operator', data('a'))],
    ['what only annotates', entry('kubectl-annotate', data('a'))],
    ['what only restarts', entry('kubectl-rollout', data('a'))],
    ['a status', entry('kubectl', data('a'), { subresource: 'status' })],
    ['us', entry('sluice-agent', data('a'), { operation: 'Apply' })],
  ])('stay as they are where they belong to %s', (_, one) => {
    expect(words(one)).toBeNull();
  });

  it('are joined with ours, whoever else has some', () => {
    const kept = entry('operator', data('x'));
    const ours = entry('sluice-agent', { 'f:data': { '.': {}, 'f:c': {} } }, { operation: 'Apply' });
    expect(words(kept, ours, entry('helm', data('a')), entry('kubectl-edit', data('b')))).toEqual([
      'sluice-agent Apply {"f:data":{".":{},"f:c":{},"f:a":{},"f:b":{}}}',
      'operator Update {"f:data":{"f:x":{}}}',
    ]);
  });

  it('leave the replicas to whom they belong: left to no manager they would fall back to one', () => {
    const spec = { 'f:spec': { 'f:replicas': {}, 'f:paused': {} } };
    expect(words(entry('kubectl-client-side-apply', spec))).toEqual([
      'sluice-agent Apply {"f:spec":{"f:paused":{}}}',
      'kubectl-client-side-apply Update {"f:spec":{"f:replicas":{}}}',
    ]);
  });
});

describe('the fields of an object of ours that a whole manifest has, too', () => {
  const ours = (fieldsV1: object) => entry('sluice-agent', fieldsV1, { operation: 'Apply' });
  const left = (...entries: readonly ManagedFieldsEntry[]) =>
    released(entries)?.map((one) => `${one.manager} ${JSON.stringify(one.fieldsV1)}`) ?? null;

  it.each([
    ['emptied managedFields', 'before-first-apply'],
    ['a restored backup', 'velero-server'],
    ['kubectl apply by hand', 'kubectl-client-side-apply'],
  ])('are ours alone after %s, and what is not ours stays', (_, manager) => {
    const theirs = entry(manager, { 'f:data': { '.': {}, 'f:a': {}, 'f:x': {} }, 'f:metadata': { 'f:labels': {} } });
    expect(left(theirs, ours({ 'f:data': { 'f:a': {}, 'f:b': {} } }))).toEqual([
      `${manager} {"f:data":{".":{},"f:x":{}},"f:metadata":{"f:labels":{}}}`,
      'sluice-agent {"f:data":{"f:a":{},"f:b":{}}}',
    ]);
  });

  it('leave no entry of the other that is empty', () => {
    expect(left(entry('before-first-apply', { 'f:data': { '.': {}, 'f:a': {} } }), ours(data('a', 'b')))).toEqual([
      'sluice-agent {"f:data":{"f:a":{},"f:b":{}}}',
    ]);
  });

  it.each<[what: string, entries: readonly ManagedFieldsEntry[]]>([
    ['none is shared', [entry('kubectl', data('x')), ours(data('a'))]],
    [
      'only the map around them is shared',
      [entry('kubectl', { 'f:data': { '.': {}, 'f:x': {} } }), ours({ 'f:data': { '.': {}, 'f:a': {} } })],
    ],
    ['they are shared with an operator', [entry('operator', data('a')), ours(data('a'))]],
    ['they are of the status', [entry('kubectl', data('a'), { subresource: 'status' }), ours(data('a'))]],
    ['none is ours', [entry('kubectl', data('a'))]],
  ])('are as they were where %s', (_, entries) => {
    expect(left(...entries)).toBeNull();
  });
});

describe('whose an object is that has a wanted name', () => {
  const run = 'analysis-3-2-1-';
  it.each<[what: string, live: string | undefined, mayAdopt: boolean, isCreation: boolean, isMade: boolean]>([
    ['this creation', `${run}a`, true, true, true],
    ['the same run, by a nonce of which the record was lost', `${run}b`, false, true, true],
    ['the same run, of a Job that may be taken over', `${run}b`, true, true, true],
    ['another attempt', 'analysis-3-1-1-a', false, false, true],
    ['a step whose number begins alike', 'analysis-3-2-10-a', false, false, true],
    ['no run', 'x', false, false, true],
    ['what was taken over', 'taken-a', false, false, false],
    ['what has no nonce', undefined, true, false, false],
  ])('is told of %s', (_, live, mayAdopt, isCreation, isMade) => {
    const annotations = {
      ...{ 'sluice.dev/registration': 'r', 'sluice.dev/application': 'default/shop' },
      ...(live !== undefined && { 'sluice.dev/nonce': live }),
    };
    const wanted = { registration: 'r', application: 'default/shop', nonce: `${run}a`, mayAdopt };
    expect(ownershipOf(annotations, wanted)).toEqual({ holder: 'r', isOwn: true, isCreation, isMade });
  });
});
