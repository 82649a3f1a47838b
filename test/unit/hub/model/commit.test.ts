import { describe, expect, it } from 'vitest';
import { makeCommit, parseCommit } from '../../../../hub/model/commit.ts';

const fields = { tree: '1'.repeat(40), parent: '2'.repeat(40), time: 5, message: 'a message' };

describe('a commit', () => {
  it('says who, when and why, and is the same each time', () => {
    expect(Buffer.from(makeCommit(fields).body).toString()).toBe(
      `tree ${fields.tree}\nparent ${fields.parent}\nauthor Sluice hub <hub@sluice.invalid> 5 +0000\n` +
        'committer Sluice hub <hub@sluice.invalid> 5 +0000\n\na message\n',
    );
    expect(makeCommit(fields).oid).toBe(makeCommit({ ...fields }).oid);
    expect(Buffer.from(makeCommit({ ...fields, parent: null }).body).toString()).not.toContain('parent');
  });

  it('takes a signature out of a commit and leaves exactly what was signed', () => {
    const signed = { ...fields, message: 'number 7\n\ngpgsig is only text here' };
    let signedText = '';
    const commit = makeCommit(signed, (body) => {
      signedText = body.toString();
      return '-----BEGIN SSH SIGNATURE-----\nAAAA\nBBBB\n-----END SSH SIGNATURE-----\n';
    });
    const parsed = parseCommit(commit.body);
    expect(parsed.unsigned.toString()).toBe(signedText);
    expect(parsed.signature).toBe('-----BEGIN SSH SIGNATURE-----\nAAAA\nBBBB\n-----END SSH SIGNATURE-----');
    expect(parsed.parents).toEqual(['2'.repeat(40)]);
    expect(parsed.message).toBe(`${signed.message}\n`);
  });

  it.each<[rule: string, text: string]>([
    ['without a tree', 'parent x\n\nm'],
    ['with a tree that is none', `tree ${'1'.repeat(39)}\n\nm`],
    ['with a parent that is none', `tree ${'1'.repeat(40)}\nparent HEAD\n\nm`],
    ['that is empty', ''],
  ])('is refused %s', (_, text) => {
    expect(() => parseCommit(Buffer.from(text))).toThrow(expect.objectContaining({ code: 'PACK_INVALID' }) as Error);
  });

  it.each<[rule: string, text: string, parsed: object]>([
    [
      'several parents',
      `tree ${'1'.repeat(40)}\nparent ${'2'.repeat(40)}\nparent ${'3'.repeat(40)}\n\nm`,
      { parents: ['2'.repeat(40), '3'.repeat(40)] },
    ],
    ['no message', `tree ${'1'.repeat(40)}`, { message: '', signature: null }],
    ['a message beyond ASCII', `tree ${'1'.repeat(40)}\n\ngrüße 語`, { message: 'grüße 語' }],
    ['a signature at its end', `tree ${'1'.repeat(40)}\ngpgsig A\n B\n\nm`, { signature: 'A\nB' }],
    ['a header behind its signature', `tree ${'1'.repeat(40)}\ngpgsig A\n B\nencoding x\n\nm`, { signature: 'A\nB' }],
  ])('may have %s', (_, text, parsed) => {
    expect(parseCommit(Buffer.from(text))).toMatchObject(parsed);
  });
});
