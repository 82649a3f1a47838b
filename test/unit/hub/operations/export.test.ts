import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clock, newFolders, open } from '../../../fixtures/hub/data-folder.ts';
import { exportChannel } from '../../../../hub/operations/export.ts';
import { initHub } from '../../../../hub/operations/init.ts';
import type { ExportedChannel } from '../../../../hub/publish/export.ts';
import { readData } from '../../../../hub/store/read-data.ts';
import { mainRef } from '../../../../shared/wire/layout.ts';

let folders: Awaited<ReturnType<typeof newFolders>>;
beforeEach(async () => {
  folders = await newFolders();
});
afterEach(() => folders.remove());

describe('exporting a channel', () => {
  it('writes it whole, and gives its clusters and until when it is fresh', async () => {
    await initHub(folders.data, open);
    const written: [string, ExportedChannel][] = [];
    const write = (dir: string, channel: ExportedChannel) => Promise.resolve(void written.push([dir, channel]));
    const order = { data: folders.data, dir: '/stick', clusters: null, freshMs: 3_600_000 };
    const exported = await exportChannel(order, { clock, readData, write });
    expect(exported).toEqual({ clusters: [], freshUntil: clock.now() + 3_600_000 });
    expect(written.map(([dir, { refs }]) => [dir, [...refs.keys()]])).toEqual([['/stick', [mainRef]]]);
  });

  it('writes nothing for a cluster that is not there', async () => {
    await initHub(folders.data, open);
    const write = () => Promise.reject(new Error('nothing is to be written'));
    const order = { data: folders.data, dir: '/stick', clusters: ['gone'], freshMs: 3_600_000 };
    await expect(exportChannel(order, { clock, readData, write })).rejects.toMatchObject({
      code: 'REFERENCE_NOT_FOUND',
    });
  });
});
