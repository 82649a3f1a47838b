import { describe, expect, it } from 'vitest';
import { allowedSigners, sshSignedBy, sshSigner } from '../../../../hub/keys/sshsig.ts';
import { fixedSigner } from '../../../fixtures/agent/bundle.ts';

const [one, two] = [fixedSigner('1'), fixedSigner('2')];
const seedOf = (letter: string) => Buffer.alloc(32, letter).toString('base64url');
const payload = Buffer.from('tree and all\n');
const signature = sshSigner(seedOf('1'))(payload);
const bytesOf = (armoured: string) => Buffer.from(armoured.split('\n').slice(1, -2).join(''), 'base64');
const armoured = (bytes: Buffer) =>
  `-----BEGIN SSH SIGNATURE-----\n${bytes.toString('base64')}\n-----END SSH SIGNATURE-----\n`;

describe('an SSH signature', () => {
  it('is that of the key that made it, among others', () => {
    expect(sshSignedBy(payload, signature, [two.publicKey, one.publicKey])).toBe(one.publicKey);
  });

  it.each<[rule: string, payload: Buffer, signature: string, keys: readonly string[]]>([
    ['other bytes', Buffer.from('tree and all'), signature, [one.publicKey]],
    ['no key', payload, signature, []],
    ['another key', payload, signature, [two.publicKey]],
    ['no signature', payload, '', [one.publicKey]],
    ['something else than a signature', payload, 'gpgsig', [one.publicKey]],
    ['half a signature', payload, armoured(bytesOf(signature).subarray(0, 60)), [one.publicKey]],
  ])('is of nothing for %s', (_, bytes, armour, keys) => {
    expect(sshSignedBy(bytes, armour, keys)).toBeNull();
  });

  it('is of nothing with any byte changed: version, namespace, hash and key count, too', () => {
    const bytes = bytesOf(signature);
    const accepted = [...bytes.keys()].filter((at) => {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      return sshSignedBy(payload, armoured(changed), [one.publicKey]) !== null;
    });
    expect(bytes.length).toBeGreaterThan(150);
    expect(accepted).toEqual([]);
  });

  it('is armoured as OpenSSH does', () => {
    const lines = signature.split('\n');
    expect([lines[0], lines.at(-2), lines.at(-1)]).toEqual([
      '-----BEGIN SSH SIGNATURE-----',
      '-----END SSH SIGNATURE-----',
      '',
    ]);
    expect(Math.max(...lines.slice(1, -2).map((line) => line.length))).toBe(70);
  });

  it('cannot be made with a seed of another length', () => {
    expect(() => sshSigner(Buffer.alloc(31).toString('base64url'))).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }) as Error,
    );
  });
});

describe('the allowed signers', () => {
  it('are one line for each key, in the namespace of Git', () => {
    const lines = allowedSigners([one.publicKey, two.publicKey]).split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^hub@sluice\.invalid namespaces="git" ssh-ed25519 [A-Za-z0-9+/]{68}$/);
    expect(allowedSigners([])).toBe('');
  });
});
