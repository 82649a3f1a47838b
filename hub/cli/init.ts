import { command, dataFolder, dataOption } from './context.ts';

/** `sluice-hub init`: makes what a hub needs before it serves. */
export const initCommand = command({
  name: 'init',
  description: 'make the keys, ledger and channel of a hub (`serve` does so, too)',
  arguments: [],
  options: { data: dataOption('data folder') },
  run: async (context, _, flags) => {
    const [{ initHub }, { openStores }] = await Promise.all([
      import('../operations/init.ts'),
      import('../store/open.ts'),
    ]);
    const { clock, terminal } = context;
    const { channel, keys } = await initHub(dataFolder(context, flags.data), (data) => openStores(data, { clock }));
    const advice = 'move root.key to a safe place: it is needed only to rotate keys or to recover';
    terminal.out(`channel ${channel}\nkeys are in ${keys}; ${advice}\n`);
  },
});
