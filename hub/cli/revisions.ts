import { defaultChoice, switchOption } from '../../shared/lib/command.ts';
import { hubOptions, withClient } from './client.ts';
import { command } from './context.ts';

/** `sluice-hub revisions`: the names that `appRevisions` can list, what is in each, and where it runs. */
export const revisionsCommand = command({
  name: 'revisions',
  description: 'list the recorded revisions of applications: commit, images, and where each runs',
  arguments: ['[app]'],
  options: {
    output: defaultChoice('-o, --output <form>', 'form', ['table', 'json', 'yaml'], 'table'),
    json: switchOption('--json', 'the same as -o json'),
    ...hubOptions,
  },
  run: async (context, [app], { output: form, json, ...hub }) => {
    const output = json === true ? 'json' : form;
    const list = await withClient(context, hub, (client) => client.revisions({ app }));
    const { terminal, clock } = context;
    const [{ revisionTable }, { yamlText }] = await Promise.all([
      import('../status/revisions.ts'),
      import('../../shared/lib/yaml/write.ts'),
    ]);
    if (output === 'json') terminal.out(JSON.stringify(list, null, 2) + '\n');
    else if (output === 'yaml') terminal.out(yamlText(list));
    else
      terminal.out(revisionTable(list, { now: clock.now(), columns: terminal.interactive ? terminal.columns() : 200 }));
  },
});
