import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hubConfig } from '../../../../hub/config/config.ts';
import { readHubFile } from '../../../../hub/config/file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-config-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function read(text: string, name = 'hub.yaml') {
  await writeFile(join(folder, name), text);
  return readHubFile(join(folder, name));
}

describe('the configuration file of the hub', () => {
  it('reads paths from the folder of its file', async () => {
    const file = await read(
      'source: { dir: config, tokenFile: /run/token }\ndata: state\nlisten: { certFile: a, keyFile: b }\n',
    );
    const config = hubConfig(file, false);
    expect(config.source).toMatchObject({ location: join(folder, 'config'), tokenFile: '/run/token' });
    expect(config.data).toBe(join(folder, 'state'));
    expect(config.listen.tls).toEqual({ certFile: join(folder, 'a'), keyFile: join(folder, 'b') });
  });

  it('reads JSON as well', async () => {
    expect(await read('{"localCluster": "here"}', 'hub.json')).toEqual({ localCluster: 'here' });
  });

  it('takes the times that signatures and renders may have', async () => {
    const file = await read(
      'freshFor: 1h\nvolumes: { for: 2w }\nrender: { templateSeconds: 1, applicationSeconds: 3600 }\n',
    );
    expect(hubConfig({ source: { dir: '/config' }, ...file }, false)).toMatchObject({
      freshMs: 3_600_000,
      volumes: { ms: 14 * 24 * 3_600_000, bytes: 2 ** 30 },
      render: { sourceMs: 1_000, applicationMs: 3_600_000 },
    });
  });

  it.each([
    ['an unknown member', 'sorce: {}', 'CONFIG_INVALID', 1],
    ['signatures for less than an hour', 'freshFor: 59m', 'CONFIG_INVALID', 1],
    ['signatures for more than a year', 'freshFor: 367d', 'CONFIG_INVALID', 1],
    ['a volume of the ledger without a size', '\nvolumes: { mebibytes: 0 }', 'CONFIG_INVALID', 2],
    ['no time for a template', '\nrender: { templateSeconds: 0 }', 'CONFIG_INVALID', 2],
    ['more than an hour for an application', 'render: { applicationSeconds: 3601 }', 'CONFIG_INVALID', 1],
    ['a wrong type', 'listen:\n  port: high', 'CONFIG_INVALID', 2],
    ['two documents', '---\na: 1\n---\nb: 2', 'CONFIG_INVALID', undefined],
    ['a syntax error', 'a: [', 'YAML_SYNTAX', 1],
  ])('says where %s is', async (_, text, code, line) => {
    await expect(read(text)).rejects.toMatchObject({
      code,
      data: { path: join(folder, 'hub.yaml'), ...(line && { line }) },
    });
  });
});
