import { describe, expect, it } from 'vitest';
import { hubConfig } from '../../../../hub/config/config.ts';

describe('the configuration of the hub', () => {
  it('is complete with nothing but a source', () => {
    const config = hubConfig({ source: { dir: '/config' }, data: '/data' }, true);
    expect(config).toMatchObject({
      source: { location: '/config', branch: null, poll: '* * * * *', paths: [], exclude: [] },
      listen: { host: '127.0.0.1', port: 0, tls: null, publicUrl: null },
      localCluster: null,
      heartbeatMs: 300_000,
      freshMs: 72 * 3_600_000,
      render: { sourceMs: 5_000, applicationMs: 60_000 },
      log: { level: 'info', format: 'text' },
    });
  });

  it.each([
    ['no source', {}],
    ['two sources', { source: { dir: '/a', url: 'https://b' } }],
    ['half of TLS', { source: { dir: '/a' }, listen: { certFile: '/c' } }],
  ])('refuses %s', (_, file) => {
    expect(() => hubConfig(file, false)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', exitCode: 3 }));
  });
});
