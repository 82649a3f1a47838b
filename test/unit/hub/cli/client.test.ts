import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withClient } from '../../../../hub/cli/client.ts';
import { dataFiles, writeAddress } from '../../../../hub/config/data-folder.ts';
import { fakeCli } from '../../../fakes/hub-cli.ts';
import { newFolders } from '../../../fixtures/hub/data-folder.ts';

const none = { data: undefined, hub: undefined, tokenFile: undefined, caFile: undefined };
let folders: Awaited<ReturnType<typeof newFolders>>;
beforeEach(async () => {
  folders = await newFolders();
  await mkdir(folders.data);
  await writeFile(join(folders.data, dataFiles.adminToken), 'secret\n');
});
afterEach(() => folders.remove());

const list = (cli: ReturnType<typeof fakeCli>, flags: Partial<Record<keyof typeof none, string>>) =>
  withClient(cli.context, { ...none, ...flags }, (client) => client.list({}));

describe('the hub that a command talks to', () => {
  it('is the one of the data folder, known by its certificate', async () => {
    await writeAddress(folders.data, 'https://127.0.0.1:8443', 'PEM');
    const cli = fakeCli(() => ({ clusters: [] }));
    expect(await list(cli, { data: folders.data })).toEqual({ clusters: [] });
    expect(cli.requests).toMatchObject([
      { url: 'https://127.0.0.1:8443/v1/clusters', headers: { authorization: 'Bearer secret' } },
    ]);
    expect(cli.clients).toEqual([{ options: { certificate: 'PEM', userAgent: 'sluice-hub/1.2.3' }, isClosed: true }]);
  });

  it('is the one that --hub names, with its token and authorities', async () => {
    const [tokenFile, caFile] = [join(folders.folder, 'token'), join(folders.folder, 'ca.crt')];
    await writeFile(tokenFile, 'other\n');
    await writeFile(caFile, 'authority');
    const cli = fakeCli(() => ({ clusters: [] }));
    await list(cli, { hub: 'https://hub.example.com/', tokenFile, caFile });
    expect(cli.requests).toMatchObject([
      { url: 'https://hub.example.com/v1/clusters', headers: { authorization: 'Bearer other' } },
    ]);
    expect(cli.clients[0]?.options.ca).toEqual(['authority']);
  });

  it.each([
    ['--hub without --token-file', { hub: 'https://hub.example.com' }, 'USAGE'],
    ['a data folder without a running hub', {}, 'UNAVAILABLE'],
    ['authorities that are not there', { caFile: '/missing' }, 'ENOENT'],
  ])('cannot be found by %s', async (_, flags, code) => {
    const cli = fakeCli(() => ({ clusters: [] }));
    await expect(list(cli, { data: folders.data, ...flags })).rejects.toMatchObject({ code });
    expect(cli.requests).toEqual([]);
  });

  it('loses its connections when the call fails, too', async () => {
    await writeAddress(folders.data, 'http://127.0.0.1:1', null);
    const cli = fakeCli(() => Promise.reject(new Error('cut')));
    await expect(list(cli, { data: folders.data })).rejects.toThrow('cut');
    expect(cli.clients.map(({ isClosed }) => isClosed)).toEqual([true]);
  });
});
