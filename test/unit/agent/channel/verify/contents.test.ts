import { describe, expect, it } from 'vitest';
import { contentOf } from '../../../../../shared/wire/bundle.ts';
import { verify } from '../../../../../agent/channel/verify/verify.ts';
import { digestOf } from '../../../../../shared/lib/canonical.ts';
import { formats } from '../../../../../shared/wire/formats.ts';
import { documentPath } from '../../../../../shared/wire/layout.ts';
import type { BundleApp } from '../../../../../shared/wire/revision.ts';
import {
  deployment,
  documentedBundle,
  identity,
  noon,
  route,
  service,
  signedBytes,
  snapshotOf,
} from '../../../../fixtures/agent/bundle.ts';

const nothing = { mark: null, rootVersion: 0, timeFloor: 0, previous: null };
const format = formats.revision.at(2);
const good = documentedBundle({
  other: [{ ...service, metadata: { name: 'other', namespace: 'shop' } }],
  web: [deployment, service, route],
});

/** The bundle with one application changed, its digests made right. */
function with_(name: string, change: (app: BundleApp) => Partial<BundleApp>, files: Record<string, Uint8Array> = {}) {
  const apps = good.revision.apps.map((app) => {
    if (app.name !== name) return app;
    return format.seal({ ...app, ...change(app) });
  });
  const revision = { ...good.revision, apps, bundle: format.count(apps, 0) };
  const documents = apps.map((app): [string, Uint8Array] => [documentPath(app), format.document(app)!]);
  return {
    signed: signedBytes(formats.revision.encode(revision)),
    files: new Map([...good.files, ...documents, ...Object.entries(files)]),
  };
}
const read = ({ signed, files }: ReturnType<typeof with_>) =>
  verify({ snapshot: snapshotOf({ revision: signed, files }), identity, trust: nothing, now: noon });

/** The bundle with other bytes for the first object of an application. */
function withObject(text: string) {
  const bytes = Buffer.from(text);
  const { path } = good.revision.apps[1]!.objects[0]!;
  return with_(
    'web',
    ({ objects }) => ({
      objects: objects.map((one, at) => (at === 0 ? { ...one, digest: digestOf(bytes), bytes: bytes.length } : one)),
    }),
    { [path]: bytes },
  );
}

describe('an application that means nothing', () => {
  it.each<[string, ReturnType<typeof with_>]>([
    ['an object that is not JSON', withObject('{')],
    ['an object that is not what its id says', withObject(JSON.stringify(service))],
    [
      'a pointer that leads nowhere',
      with_('web', ({ replicas }) => ({ replicas: replicas.map((one) => ({ ...one, pointer: '/spec/a/b' })) })),
    ],
    [
      'replicas of an object that it does not have',
      with_('web', ({ replicas }) => ({ replicas: replicas.map((one) => ({ ...one, id: 'apps/Deployment/shop/x' })) })),
    ],
  ])('is blocked alone: %s', async (_, bundle) => {
    const { unfit, revision } = await read(bundle);
    expect(revision.apps).toHaveLength(2);
    expect([...unfit].map(([app, { code }]) => [app, code])).toEqual([['shop/web', 'WIRE_INVALID']]);
  });

  it('is still blocked when the next bundle has it unchanged, and no more when it is mended', async () => {
    const broken = withObject('{');
    const before = await read(broken);
    const again = { ...before.revision, generation: 9 };
    const trust = { ...nothing, previous: before };
    const next = await verify({
      snapshot: snapshotOf({ revision: signedBytes(formats.revision.encode(again)), files: broken.files }),
      identity,
      trust,
      now: noon,
    });
    expect(next.revision.apps[1]).toBe(before.revision.apps[1]);
    expect([...next.unfit.keys()]).toEqual(['shop/web']);
    const mended = { ...good.revision, generation: 10 };
    const last = await verify({
      snapshot: snapshotOf({ revision: signedBytes(formats.revision.encode(mended)), files: good.files }),
      identity,
      trust: { ...nothing, previous: next },
      now: noon,
    });
    expect(last.unfit.size).toBe(0);
  });
});

it('an application that asks for what this agent does not do is blocked alone, with its name and what to do', async () => {
  const { unfit } = await read(
    with_('web', ({ objects }) => ({ ready: [{ id: objects[0]!.id, pointer: '/a', equals: 1 }] })),
  );
  expect([...unfit].map(([app, { code }]) => [app, code])).toEqual([['shop/web', 'AGENT_TOO_OLD']]);
});

describe('what serves until the new content does', () => {
  it('is read with the bundle, so that it can be repaired', async () => {
    const old = { ...service, spec: { ports: [{ port: 81 }] } };
    const before = documentedBundle({ web: [old] }).revision.apps[0]!;
    const from = contentOf(before);
    const bundle = documentedBundle({ web: [service] }, { app: { from } });
    const { path, digest } = from.objects[0]!;
    const files = new Map([
      ...bundle.files,
      [`from/${path}`, Buffer.from(documentedBundle({ web: [old] }).files.get(path)!)],
    ]);
    const read = await verify({
      snapshot: snapshotOf({ revision: bundle.signed, files }),
      identity,
      trust: nothing,
      now: noon,
    });
    expect(read.revision.apps[0]?.from).toEqual(from);
    expect(JSON.parse(read.objectText(digest)!)).toEqual(old);
  });
});
