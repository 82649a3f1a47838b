import { defaultChoice, switchOption, textOption } from '../../shared/lib/command.ts';
import { hubOptions, withClient } from './client.ts';
import { command } from './context.ts';

/** `sluice-hub status`: what runs where, how healthy it is, and how old that knowledge is. */
export const statusCommand = command({
  name: 'status',
  description: 'show what runs where, how healthy it is, and how old that knowledge is',
  arguments: ['[app]'],
  options: {
    cluster: textOption('--cluster <name>', 'only this cluster'),
    watch: switchOption('-w, --watch', 'keep showing: redraw on a terminal, print changes in a pipe'),
    output: defaultChoice('-o, --output <form>', 'form', ['table', 'wide', 'json', 'yaml'], 'table'),
    ...hubOptions,
  },
  run: (context, [app], { cluster, watch, output, ...hub }) =>
    withClient(context, hub, async (client) => {
      const { printStatus, watchStatus } = await import('./status-output.ts');
      const print = watch === true ? watchStatus : printStatus;
      return print(context, client, { app, cluster, output });
    }),
});
