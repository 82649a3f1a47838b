import { command, dataFolder, dataOption } from './context.ts';

/** `sluice-hub init`: makes what a hub needs before it serves. */
export const initCommand = command({
  name: 'init',
  description: 'make the keys, ledger and channel of a hub (`serve` does so, too)',
  arguments: [],
  options: { data: dataOption('data folder') },
  run: async (context, _, flags) => {
    const [{ initHub }, { lockFolder }, { openStores }] = await Promise.all([
      import('../operations/init.ts'),
      import('../store/folder-lock.ts'),
      import('../store/open.ts'),
    ]);
    const { clock, terminal } = context;
    const data = dataFolder(context, flags.data);
    const release = await lockFolder(data, clock);
    const made = initHub(data, (folder) => openStores(folder, { clock, mayBegin: true }));
    const { channel, keys } = await made.finally(release);
    const advice = 'move root.key to a safe place: it is needed only to rotate keys or to recover';
    terminal.out(`channel ${channel}\nkeys are in ${keys}; ${advice}\n`);
  },
});
