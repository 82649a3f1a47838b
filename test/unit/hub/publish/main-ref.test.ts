import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../../../../shared/lib/canonical.ts';
import { countSigners, parseSignatures, payloadTypes } from '../../../../shared/wire/envelope.ts';
import { formats } from '../../../../shared/wire/formats.ts';
import { mainRef } from '../../../../shared/wire/layout.ts';
import { rootFingerprint } from '../../../../hub/keys/root-documents.ts';
import { gitIn, openHub, pass, type TestHub } from '../../../fixtures/hub/publish.ts';

let dir: string;
let hub: TestHub;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'publish-'));
  hub = await openHub(dir);
});
afterEach(() => {
  hub.close();
  rmSync(dir, { recursive: true, force: true });
});

const inChannel = (...args: string[]) => gitIn(join(dir, 'channel.git'), ...args);
const show = (ref: string, path: string) => inChannel('show', `${ref}:${path}`) + '\n';

describe('the branch main', () => {
  it('has the root documents and a README, and HEAD is born', async () => {
    await pass(hub, []);
    const payload = Buffer.from(show(mainRef, 'root/1.json'));
    const document = formats.root.decode(payload);
    const sigs = parseSignatures(show(mainRef, 'root/1.sig'));
    expect(countSigners(payloadTypes.root, payload, sigs, document.roots.keys)).toBe(1);
    expect(digestOf(payload)).toBe(rootFingerprint(hub.deps.keys));
    expect(inChannel('ls-tree', '--name-only', 'HEAD').split('\n')).toEqual(['README.md', 'root']);
  });
});
