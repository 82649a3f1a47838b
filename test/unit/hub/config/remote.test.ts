import { describe, expect, it } from 'vitest';
import { hubConfig } from '../../../../hub/config/config.ts';
import type { HubFile } from '../../../../hub/config/schema.ts';

const configOf = (file: Partial<HubFile>) => hubConfig({ source: { dir: '/config' }, ...file }, false);
const codeOf = (run: () => unknown): string => {
  try {
    run();
    return 'ok';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('the Git hosts of a hub', () => {
  it('are none unless they are named', () => {
    expect(configOf({})).toMatchObject({ channel: null, ledger: null, keyFile: null });
  });

  it('have a URL, and a token and authorities where they are needed', () => {
    const { channel, ledger } = configOf({
      channel: { url: 'https://git.example.com/channel.git/', tokenFile: '/token' },
      ledger: { url: 'https://git.example.com/ledger.git', caFile: '/ca.crt' },
    });
    expect(channel).toEqual({ url: 'https://git.example.com/channel.git', tokenFile: '/token', caFile: null });
    expect(ledger).toEqual({ url: 'https://git.example.com/ledger.git', tokenFile: null, caFile: '/ca.crt' });
  });

  it.each<[string, Partial<HubFile>]>([
    ['a token without a URL', { ledger: { tokenFile: '/token' } }],
    ['SSH', { channel: { url: 'ssh://git@example.com/channel.git' } }],
    ['a folder', { channel: { url: '/srv/channel.git' } }],
    ['one repository for both', { channel: { url: 'https://a/b.git' }, ledger: { url: 'https://a/b.git/' } }],
  ])('cannot be %s', (_, file) => {
    expect(codeOf(() => configOf(file))).toBe('CONFIG_INVALID');
  });
});
