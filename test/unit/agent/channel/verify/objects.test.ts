import { describe, expect, it } from 'vitest';
import {
  checkedObject,
  checkedBytes,
  checkNames,
  checkPointers,
  checkReferences,
} from '../../../../../agent/channel/verify/objects.ts';
import { digestOf } from '../../../../../shared/lib/canonical.ts';
import { idOf, type KubeObject } from '../../../../../shared/model/object.ts';
import type { BundleApp } from '../../../../../shared/wire/revision.ts';
import { appOf, deployment, route, service } from '../../../../fixtures/agent/bundle.ts';

const id = '/ConfigMap/shop/a';
const configMap: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'shop' } };
const refusal = (code: string, message: string, subject = id) =>
  expect.objectContaining({ code, message, data: expect.objectContaining({ subject }) as unknown }) as unknown;

function thrownBy(call: () => unknown): unknown {
  try {
    return { accepted: call() };
  } catch (error) {
    return error;
  }
}

describe('the bytes of an object', () => {
  const textOf = (bytes: Uint8Array, digest = digestOf(bytes)) =>
    thrownBy(() => Buffer.from(checkedBytes({ id, path: 'p', digest }, bytes)).toString());

  it('are its text, a byte order mark included', () => {
    expect(textOf(Buffer.from('\ufeff{}'))).toEqual({ accepted: '\ufeff{}' });
  });

  it.each<[rule: string, bytes: Uint8Array, refusal: unknown]>([
    ['too large, by one byte', Buffer.alloc(1024 * 1024 + 1, 'a'), refusal('LIMIT_EXCEEDED', 'an object is too large')],
    ['not UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), refusal('WIRE_INVALID', 'the object is not UTF-8')],
    ['half a character', Buffer.from('é').subarray(0, 1), refusal('WIRE_INVALID', 'the object is not UTF-8')],
  ])('are refused: %s', (_, bytes, expected) => {
    expect(textOf(bytes)).toEqual(expected);
  });

  it('may be as many as the limit says', () => {
    expect(textOf(Buffer.alloc(1024 * 1024, 'a'))).toHaveProperty('accepted');
  });

  it('are refused under another digest', () => {
    const words = 'the object has another digest than its envelope says';
    expect(textOf(Buffer.from('{}'), digestOf('[]'))).toEqual(refusal('DIGEST_MISMATCH', words));
  });
});

describe('the object of a text', () => {
  const changed = (change: object) => JSON.stringify({ ...configMap, ...change });
  const notIts = refusal('WIRE_INVALID', 'an object is not what its id says');
  const notOne = refusal('WIRE_INVALID', 'the file is not a Kubernetes object');

  it('is what its id says', () => {
    expect(checkedObject(id, JSON.stringify(configMap))).toEqual(configMap);
    const cluster = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
    expect(checkedObject('/Namespace//shop', JSON.stringify(cluster))).toEqual(cluster);
  });

  it.each<[rule: string, text: string, refusal: unknown]>([
    ['not JSON', 'kind: ConfigMap', refusal('WIRE_INVALID', 'the object is not JSON')],
    ['null', 'null', notOne],
    ['a list', '[]', notOne],
    ['a text', '"ConfigMap"', notOne],
    ['without apiVersion', changed({ apiVersion: undefined }), notOne],
    ['with an empty kind', changed({ kind: '' }), notOne],
    ['with a number for a kind', changed({ kind: 1 }), notOne],
    ['without metadata', changed({ metadata: null }), notOne],
    ['without a name', changed({ metadata: { namespace: 'shop' } }), notOne],
    ['with a namespace that is not a text', changed({ metadata: { name: 'a', namespace: null } }), notOne],
    ['of another group', changed({ apiVersion: 'apps/v1' }), notIts],
    ['of another kind', changed({ kind: 'Secret' }), notIts],
    ['of another name', changed({ metadata: { name: 'b', namespace: 'shop' } }), notIts],
    ['of another namespace', changed({ metadata: { name: 'a', namespace: 'x' } }), notIts],
    ['of no namespace', changed({ metadata: { name: 'a' } }), notIts],
  ])('is refused: %s', (_, text, expected) => {
    expect(thrownBy(() => checkedObject(id, text))).toEqual(expected);
  });
});

describe('the names in a bundle', () => {
  const app = appOf([deployment, service, route]);
  const plain = { replicas: [], traffic: [], revisions: [] };
  const check = (one: BundleApp, isKnown = false, seen = { ids: new Set<string>(), paths: new Set<string>() }) =>
    thrownBy(() => {
      checkNames(one, seen, isKnown);
      checkReferences(one);
    });
  const first = app.objects[0]!;

  it('are noted, so that the next application cannot have them', () => {
    const seen = { ids: new Set<string>(), paths: new Set<string>() };
    checkNames(app, seen, false);
    expect([...seen.ids]).toEqual(app.objects.map((one) => one.id));
    const thief = appOf([service], { ...plain, namespace: 'a', name: 'thief' });
    for (const isKnown of [false, true])
      expect(check(thief, isKnown, seen)).toEqual(
        refusal('WIRE_INVALID', 'the bundle names an object twice', idOf(service)),
      );
  });

  it.each<[rule: string, app: BundleApp, words: string, subject: string]>([
    [
      'one path for two ids',
      { ...app, objects: [first, { ...first, id: idOf(service) }] },
      'the bundle names an object twice',
      idOf(service),
    ],
    [
      'another path than that of the id',
      { ...app, objects: [{ ...first, path: 'objects/x.json' }] },
      'an object is not at the path of its id',
      first.id,
    ],
    [
      'replicas of an object of another application',
      appOf([service], { ...plain, replicas: app.replicas }),
      'an application speaks of an object that it does not have',
      idOf(deployment),
    ],
    [
      'traffic of an object that it does not have',
      appOf([service], { ...plain, traffic: app.traffic }),
      'an application speaks of an object that it does not have',
      idOf(route),
    ],
    [
      'a revision of an object that it does not have',
      appOf([service], { ...plain, revisions: app.revisions }),
      'an application speaks of an object that it does not have',
      idOf(deployment),
    ],
  ])('are refused: %s', (_, one, words, subject) => {
    expect(check(one)).toEqual(refusal('WIRE_INVALID', words, subject));
  });
});

describe('a pointer', () => {
  const object: KubeObject = {
    ...deployment,
    spec: { replicas: 3, text: 'x', list: [{ weight: 1 }, 5], 'a/b': { '~c': 2 }, empty: {} },
  };
  const app = (pointer: string): BundleApp =>
    appOf([deployment], {
      traffic: [],
      replicas: [{ id: idOf(deployment), pointer, value: 1, revision: null as never }],
    });
  const check = (pointer: string) => thrownBy(() => checkPointers(app(pointer), () => object));

  it.each([
    ['a number', '/spec/replicas'],
    ['a number in a list', '/spec/list/1'],
    ['a member of an element', '/spec/list/0/weight'],
    ['what is not there yet', '/spec/empty/replicas'],
    ['escaped names', '/spec/a~1b/~0c'],
  ])('may name %s', (_, pointer) => {
    expect(check(pointer)).toEqual({ accepted: undefined });
  });

  it.each([
    ['a text', '/spec/text', 'does not name a number'],
    ['an object', '/spec/empty', 'does not name a number'],
    ['an element that is not there', '/spec/list/2', 'does not name a number'],
    ['an element that is not a number', '/spec/list/0', 'does not name a number'],
    ['the length of a list', '/spec/list/-', 'does not name a number'],
    ['a member of what is not there', '/spec/none/replicas', 'leads nowhere in its object'],
    ['a member of a number', '/spec/replicas/x', 'leads nowhere in its object'],
    ['a member that every object inherits', '/spec/constructor/name', 'leads nowhere in its object'],
    ['the prototype', '/__proto__/x', 'leads nowhere in its object'],
  ])('must not name %s', (_, pointer, words) => {
    expect(check(pointer)).toEqual(refusal('WIRE_INVALID', `a pointer ${words}`, idOf(deployment)));
  });

  it('of traffic is checked in its own object, and may be left out', () => {
    const asked: string[] = [];
    checkPointers(appOf([deployment, service, route]), (one) => {
      asked.push(one);
      return one === idOf(route) ? route : deployment;
    });
    expect(asked).toEqual([idOf(deployment), idOf(route)]);
    const [traffic] = appOf([route]).traffic;
    const targets = traffic!.targets.map(({ rule, revision, component, service: to, weight }) => ({
      rule,
      revision,
      component,
      service: to,
      weight,
    }));
    const open = appOf([route], { replicas: [], traffic: [{ ...traffic!, targets }] });
    expect(thrownBy(() => checkPointers(open, () => ({}) as KubeObject))).toEqual({ accepted: undefined });
  });
});
