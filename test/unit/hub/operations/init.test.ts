import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keysOf, newFolders, open } from '../../../fixtures/hub/data-folder.ts';
import { initHub } from '../../../../hub/operations/init.ts';

let folders: Awaited<ReturnType<typeof newFolders>>;
beforeEach(async () => {
  folders = await newFolders();
});
afterEach(() => folders.remove());

describe('making a hub', () => {
  it('gives its channel and the folder of its keys, and leaves alone what is there', async () => {
    const made = await initHub(folders.data, open);
    expect(made).toEqual({ channel: keysOf(folders.data).channel, keys: `${folders.data}/keys` });
    const secrets = () =>
      Promise.all(['keys/root.key', 'admin-token'].map((name) => readFile(join(folders.data, name), 'utf8')));
    const before = await secrets();
    expect(await initHub(folders.data, open)).toEqual(made);
    expect(await secrets()).toEqual(before);
  });
});
