import { defaultChoice, switchOption, textOption } from '../../shared/lib/command.ts';
import { hubOptions, whereOf, withClient } from './client.ts';
import { command } from './context.ts';

/** `sluice-hub status`: what runs where, how healthy it is, and how old that knowledge is. */
export const statusCommand = command({
  name: 'status',
  description: 'show what runs where, how healthy it is, and how old that knowledge is',
  arguments: ['[app]'],
  options: {
    cluster: textOption('--cluster <name>', 'only this cluster'),
    all: switchOption('--all', 'a line for each application on each cluster, however many there are'),
    watch: switchOption('-w, --watch', 'keep showing: redraw on a terminal, print changes in a pipe'),
    output: defaultChoice('-o, --output <form>', 'form', ['table', 'wide', 'json', 'yaml'], 'table'),
    json: switchOption('--json', 'the same as -o json'),
    ...hubOptions,
  },
  run: (context, [app], { cluster, all, watch, output: form, json, ...hub }) =>
    withClient(context, hub, async (client) => {
      const { printStatus, watchStatus } = await import('./status-output.ts');
      const print = watch === true ? watchStatus : printStatus;
      const output = json === true ? 'json' : form;
      const isPart = app !== undefined || cluster !== undefined;
      return print(context, client, { app, cluster, all: all === true || isPart, output, where: whereOf(hub) });
    }),
});
