import { describe, expect, it } from 'vitest';
import { appDigest, changeDigest } from '../../../../shared/wire/bundle.ts';
import { credentialText, verifyCredential } from '../../../../shared/wire/credential.ts';
import { newSeed, signerOf } from '../../../../shared/wire/envelope.ts';
import { joinLine, parseJoinLine, type JoinTicket } from '../../../../shared/wire/join.ts';
import { clusterRef, objectPath } from '../../../../shared/wire/layout.ts';
import type { BundleApp } from '../../../../shared/wire/revision.ts';

const registration = '3f0e4f5e-7a57-4a8e-9c2f-3b1d2a4c5e6f';
const ticket: JoinTicket = {
  format: 1,
  channel: registration,
  url: 'sluice+https://hub.example.com',
  hub: 'https://hub.example.com',
  registration,
  cluster: 'prod-1',
  rootFingerprint: 'sha256:00',
  minimumGeneration: 3,
  token: newSeed(),
  expires: '2026-01-01T00:00:00Z',
};

describe('the join line', () => {
  it('is one line that reads back', () => {
    expect(joinLine(ticket)).not.toMatch(/\s/);
    expect(parseJoinLine(` ${joinLine(ticket)}\n`)).toEqual(ticket);
  });

  it('is refused when cut, without repeating any of it', () => {
    const cut = joinLine(ticket).slice(0, -9);
    expect(() => parseJoinLine(cut)).toThrow(/^this is not a join line$/);
  });
});

describe('a credential', () => {
  const signer = signerOf(newSeed());
  const addressee = { channel: registration, registration };
  const expires = '2026-01-01T00:00:00.000Z';
  const text = credentialText({ ...addressee, expires }, signer);

  it('is believed when a key of the registration signed it', () => {
    expect(verifyCredential(text, addressee, [signerOf(newSeed()).publicKey, signer.publicKey])).toBe(
      Date.parse(expires),
    );
  });

  it('is short enough to go with every poll', () => {
    expect(text.length).toBeLessThan(100);
  });

  it.each([
    ['another key', credentialText({ ...addressee, expires }, signerOf(newSeed()))],
    ['another registration', credentialText({ ...addressee, registration: ticket.token, expires }, signer)],
    ['another expiry', `zzzzzz.${text.split('.')[1] ?? ''}`],
    ['nothing', ''],
    ['no signature', text.split('.')[0] ?? ''],
    ['a trailing part', text + '.x'],
  ])('is refused with %s', (_, other) => {
    expect(() => verifyCredential(other, addressee, [signer.publicKey])).toThrow('not signed');
  });
});

describe('the layout', () => {
  it('gives each object one path', () => {
    const app = { namespace: 'default', name: 'shop' };
    expect(objectPath(app, { group: 'apps', kind: 'Deployment', namespace: 'default', name: 'web-v1' })).toBe(
      'objects/default.shop/Deployment.apps/default/web-v1.json',
    );
    expect(objectPath(app, { group: '', kind: 'Namespace', namespace: '', name: 'x' })).toBe(
      'objects/default.shop/Namespace/_/x.json',
    );
    expect(clusterRef('prod-1')).toBe('refs/heads/clusters/prod-1');
  });

  it.each(['..', '.', 'a/b', 'a%2f', 'a\0'])('refuses the name %j', (name) => {
    expect(() =>
      objectPath({ namespace: 'default', name: 'shop' }, { group: '', kind: 'ConfigMap', namespace: 'default', name }),
    ).toThrow('cannot be a path');
  });
});

describe('digests', () => {
  const app: BundleApp = {
    namespace: 'default',
    name: 'shop',
    digest: 'sha256:00',
    source: 'c1',
    selector: {},
    revisions: [],
    replicas: [],
    traffic: [],
    steps: [],
    health: { progressDeadlineSeconds: 600 },
    notes: [],
    objects: [],
  };

  it('of an application cover everything but itself and the commit', () => {
    expect(appDigest({ ...app, digest: 'sha256:11', source: 'c2' } as BundleApp)).toBe(appDigest(app));
    expect(appDigest({ ...app, notes: ['x'] })).not.toBe(appDigest(app));
  });

  it('of a change do not depend on the order of its ids', () => {
    const change = { channel: 'c', registration: 'r', generation: 4, ids: ['b', 'a'] };
    expect(changeDigest(change)).toBe(changeDigest({ ...change, ids: ['a', 'b'] }));
    expect(changeDigest(change)).not.toBe(changeDigest({ ...change, generation: 5 }));
  });
});
