import { textOption, type CommandOption } from '../../shared/lib/command.ts';
import type { HubConfig } from '../config/config.ts';
import {
  configFlags,
  withFlags,
  withSource,
  type ConfigFlag,
  type ConfigFlagName,
  type GivenFlags,
} from '../config/flags.ts';
import { command, dataFolder, type CliContext } from './context.ts';

/** `sluice-hub serve`: a hub that runs until it is told to stop. */
export const serveCommand = command({
  name: 'serve',
  description: 'run the hub for a config repository: a folder, a Git work tree, or a Git URL',
  arguments: ['[source]'],
  options: {
    config: textOption('--config <file>', 'configuration file (YAML or JSON); flags win over it'),
    ...flagOptions(),
  },
  run: async (context, [source], { config: file, ...flags }) => {
    const { terminal, signal } = context;
    const { assertSource, assertTransport } = await import('../config/location.ts');
    if (source !== undefined) assertTransport(source, 'USAGE');
    const config = await readConfig(context, { file, source, flags });
    await assertSource(config.source.location, source === undefined ? 'CONFIG_INVALID' : 'USAGE');
    // What a hub is made of takes half a second to load: no other command pays for it.
    const { serve } = await import('../run/serve.ts');
    const ports = { ...context, env: terminal.env, writeLog: terminal.err };
    const hub = await serve(config, ports).catch((error: unknown) => {
      // A start that was told to stop ended as it should.
      if (signal.aborted) return null;
      throw error;
    });
    if (hub === null) return;
    terminal.out(welcome(config, hub.url));
    await untilAborted(signal);
    await hub.stop();
  },
});

function flagOptions(): Readonly<Record<ConfigFlagName, CommandOption<string | undefined>>> {
  const options = Object.entries<ConfigFlag>(configFlags).map(([name, spec]) => [name, optionOf(spec)] as const);
  return Object.fromEntries(options) as Record<ConfigFlagName, CommandOption<string | undefined>>;
}

function optionOf({ flag, help, choices }: ConfigFlag): CommandOption<string | undefined> {
  return { flag, help, ...(choices === undefined ? {} : { choices }) };
}

interface Given {
  readonly file: string | undefined;
  readonly source: string | undefined;
  readonly flags: GivenFlags;
}

/** The file, the flags over it, and the defaults below both. */
async function readConfig(context: CliContext, { file, source, flags }: Given): Promise<HubConfig> {
  const { terminal } = context;
  const [{ readHubFile }, { hubConfig }] = await Promise.all([
    import('../config/file.ts'),
    import('../config/config.ts'),
  ]);
  const read = file === undefined ? {} : await readHubFile(terminal.path(file));
  const sourced = source === undefined ? read : withSource(read, source, terminal.path);
  const merged = withFlags(sourced, flags, terminal.path);
  return hubConfig({ ...merged, data: merged.data ?? dataFolder(context, undefined) }, terminal.interactive);
}

function welcome({ source, data }: HubConfig, url: string): string {
  const where = ` --data ${data}`;
  return [
    `hub listens on ${url}`,
    `config repository: ${source.location}`,
    `data folder: ${data}`,
    'next:',
    `  sluice-hub cluster join NAME${where}`,
    `  sluice-hub status${where}`,
    '',
  ].join('\n');
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
