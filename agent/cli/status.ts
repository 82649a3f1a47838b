import { defaultChoice, switchOption } from '../../shared/lib/command.ts';
import { readOptions } from '../run/config.ts';
import { connectKube } from '../run/connect.ts';
import { clusterOptions, command } from './context.ts';
import { readSiteStatus } from './site-status.ts';
import { siteExit, statusJson, statusText } from './status-text.ts';

const timeoutMs = 30_000;

/** `sluice-agent status`: the state of a site, read from its own cluster. */
export const statusCommand = command({
  name: 'status',
  description: 'show what this site accepted and runs, and why it waits',
  arguments: [],
  options: {
    ...clusterOptions,
    output: defaultChoice('-o, --output <format>', 'table or json', ['table', 'json'], 'table'),
    json: switchOption('--json', 'the same as -o json'),
  },
  run: async (context, _, { output, json, ...flags }) => {
    const options = readOptions(flags);
    const { terminal, clock, cron } = context;
    const kube = connectKube(options, context);
    try {
      const status = await readSiteStatus(kube, { ...options, cron }, AbortSignal.timeout(timeoutMs));
      const now = clock.now();
      // A pipe has no width of its own: nothing is cut there unless the caller says how wide it is.
      const columns = terminal.interactive || terminal.env['COLUMNS'] !== undefined ? terminal.columns() : null;
      const isJson = json === true || output === 'json';
      terminal.out(isJson ? statusJson(status, now) : statusText(status, now, columns));
      return siteExit(status, now);
    } finally {
      kube.close();
    }
  },
});
