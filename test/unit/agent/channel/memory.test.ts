import { describe, expect, it } from 'vitest';
import { contentOf } from '../../../../shared/wire/bundle.ts';
import {
  bundleToApply,
  newChannelMemory,
  restored,
  servingBundle,
  startedBundle,
} from '../../../../agent/channel/memory.ts';
import { verify } from '../../../../agent/channel/verify/verify.ts';
import { configMap, plainApp, testBundle } from '../../../fixtures/agent/apps.ts';
import { documentedBundle, identity, noon, service, snapshotOf } from '../../../fixtures/agent/bundle.ts';

const [first, second] = [1, 2].map((generation) =>
  testBundle({ generation, apps: [plainApp('one', [configMap('a', String(generation))])] }),
) as [ReturnType<typeof testBundle>, ReturnType<typeof testBundle>];

describe('the started bundle', () => {
  it.each([
    ['the accepted one', { bundle: first, started: null }, first],
    ['the one before it', { bundle: second, started: first }, first],
    ['not at hand', { bundle: second, started: null }, null],
    ['not there at first', { bundle: null, started: null }, null],
  ])('is %s', (_, channel, expected) => {
    expect(startedBundle(channel, { mark: first.mark })).toBe(expected);
  });
});

describe('what a restart left of earlier bundles', () => {
  it('is nothing in an agent that was not restarted', () => {
    expect(restored(newChannelMemory(), (bundle) => bundle)).toEqual({ started: null, served: new Map() });
  });

  it('is of the bundle before the started one where that is at hand', () => {
    const channel = { started: null, earlier: first, served: new Map() };
    expect(restored(channel, (bundle) => bundle).started).toBe(first);
  });

  it('has the ids that objects have here', () => {
    const located = { ...first };
    expect(restored({ started: first, earlier: null, served: new Map() }, () => located).started).toBe(located);
  });
});

const nothing = { mark: null, rootVersion: 0, timeFloor: 0, previous: null };
const from = contentOf(documentedBundle({ web: [service] }).revision.apps[0]!);
const read = ({ signed, files }: ReturnType<typeof documentedBundle>) =>
  verify({ snapshot: snapshotOf({ revision: signed, files }), identity, trust: nothing, now: noon });
const plain = await read(documentedBundle({ web: [] }));
const changing = await read(documentedBundle({ web: [service] }, { app: { objects: [], from } }));

describe('the bundle whose objects may be written', () => {
  const channel = { bundle: changing, started: plain };
  const at = (bundle: typeof plain) => ({ mark: bundle.mark });

  it('is the accepted one while it may start', () => {
    expect(bundleToApply({ channel, bundle: changing, state: at(plain), mode: { mayChange: true } })).toBe(changing);
  });

  it('is the started one while the accepted one may not start', () => {
    expect(bundleToApply({ channel, bundle: changing, state: at(plain), mode: { mayChange: false } })).toBe(plain);
  });

  it('is what the accepted one says that serves, when the started one is not at hand since a restart', () => {
    const facts = { bundle: changing, state: at(plain), mode: { mayChange: false } };
    const applied = bundleToApply({ ...facts, channel: { bundle: changing, started: null } });
    expect(applied.revision.apps[0]).toMatchObject({ name: 'web', objects: from.objects, digest: from.digest });
    expect(bundleToApply({ ...facts, channel: { bundle: changing, started: null } })).toBe(applied);
    expect(applied.objectText(from.objects[0]!.digest)).toContain('"Service"');
  });

  it('is the very same where it says of no content that it serves', () => {
    expect(servingBundle(plain)).toBe(plain);
  });
});
