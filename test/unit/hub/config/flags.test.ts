import { describe, expect, it } from 'vitest';
import { configFlags, withFlags, withSource } from '../../../../hub/config/flags.ts';
import { readMember } from '../../../../hub/config/members.ts';
import type { HubFile } from '../../../../hub/config/schema.ts';

const path = (text: string) => `/caller/${text}`;
const file: HubFile = {
  data: '/file/data',
  source: { url: 'https://git.example.com/config.git', branch: 'file', paths: ['*.yaml'] },
  listen: { host: '0.0.0.0', port: 8443, publicUrl: 'https://hub.example.com' },
  channel: { url: 'https://git.example.com/channel.git', tokenFile: '/file/token' },
};

describe('a flag of serve', () => {
  const rows = Object.entries(configFlags).filter(([, { kind }]) => kind !== 'address');

  it.each(rows)('%s wins over its member of the file, and over nothing else', (name, { to, kind }) => {
    const merged = withFlags(file, { [name]: 'given' }, path);
    expect(readMember(merged, to)).toBe(kind === 'path' ? '/caller/given' : 'given');
    for (const other of Object.values(configFlags)) {
      if (other.to === to || to.startsWith(`${other.to}.`)) continue;
      expect(readMember(merged, other.to), other.to).toEqual(readMember(file, other.to));
    }
  });

  it('leaves the file as it is when it is not given', () => {
    expect(withFlags(file, {}, path)).toEqual(file);
    expect(withFlags(file, { data: undefined, branch: undefined }, path)).toEqual(file);
  });

  it('makes the section that a file does not have', () => {
    expect(withFlags({}, { ledgerUrl: 'https://a/b.git', logLevel: 'warn' }, path)).toEqual({
      ledger: { url: 'https://a/b.git' },
      log: { level: 'warn' },
    });
  });

  it('has a member of its own', () => {
    const members = Object.values(configFlags).map(({ to }) => to);
    expect(new Set(members).size).toBe(members.length);
  });
});

describe('--listen', () => {
  const listen = (text: string): HubFile['listen'] => withFlags(file, { listen: text }, path).listen;
  const rest = { publicUrl: 'https://hub.example.com' };

  it.each([
    ['8080', { host: '0.0.0.0', port: 8080 }],
    ['localhost:0', { host: 'localhost', port: 0 }],
    ['[::1]:65535', { host: '::1', port: 65_535 }],
  ])('%s sets the port, and the host where there is one', (text, address) => {
    expect(listen(text)).toEqual({ ...rest, ...address });
  });

  it.each(['', 'here', ':80', 'a:b', '::1:80', 'host:65536', '[::1]', '1.2.3.4:80:90'])('%j is refused', (text) => {
    expect(() => listen(text)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});

describe('the source that serve is given', () => {
  it.each([
    ['a folder', 'config', { url: undefined, dir: '/caller/config' }],
    ['a URL', 'ssh://git@example.com/x', { url: 'ssh://git@example.com/x', dir: undefined }],
  ])('replaces the one of the file by %s, and keeps how it is read', (_, text, location) => {
    const { source } = withSource({ source: { dir: '/file/config', ...file.source } }, text, path);
    expect(source).toEqual({ branch: 'file', paths: ['*.yaml'], ...location });
  });
});

it.each(Object.entries(configFlags))('the flag of %s is written with its name', (name, { flag }) => {
  const long = flag.slice(2).replace(/ .*/, '');
  expect(long.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())).toBe(name);
});
