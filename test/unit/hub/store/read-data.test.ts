import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newFolders, open } from '../../../fixtures/hub/data-folder.ts';
import { initHub } from '../../../../hub/operations/init.ts';
import { readData } from '../../../../hub/store/read-data.ts';

let folders: Awaited<ReturnType<typeof newFolders>>;
beforeEach(async () => {
  folders = await newFolders();
});
afterEach(() => folders.remove());

describe('reading a data folder', () => {
  it('gives what is made of its objects, keys and state', async () => {
    const { channel } = await initHub(folders.data, open);
    const read = await readData(folders.data, (objects, keys, state) => [
      keys.channel,
      objects.refs().size,
      state.bundles.size,
    ]);
    expect(read).toEqual([channel, 1, 0]);
  });

  it.each(['missing', 'empty'])('refuses one that is %s', async (name) => {
    await mkdir(join(folders.folder, 'empty'));
    await expect(readData(join(folders.folder, name), () => null)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      data: { path: join(folders.folder, name) },
    });
  });
});
