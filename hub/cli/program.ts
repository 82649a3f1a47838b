import { readFileSync } from 'node:fs';
import { createCli, type Terminal } from '../../shared/adapters/cli.ts';
import { systemClock, systemRandom } from '../../shared/adapters/clock.ts';
import { createHttp } from '../../shared/adapters/http.ts';
import { previewCommands } from './render.ts';
import { exportCommand } from './export.ts';
import { keysCommands } from './keys.ts';
import { registryCommands } from './cluster.ts';
import { serveCommands } from './serve.ts';
import { statusCommand } from './status.ts';

/** Runs `sluice-hub ARGS` and resolves with its exit status; `signal` aborts on SIGINT and SIGTERM. */
export async function runHubCli(args: readonly string[], terminal: Terminal, signal: AbortSignal): Promise<number> {
  const version = packageVersion();
  const description =
    'Delivers applications to many Kubernetes clusters through a signed channel that the clusters pull.';
  const cli = createCli({ name: 'sluice-hub', description, version }, terminal);
  const context = { cli, terminal, signal, clock: systemClock, random: systemRandom, version, createHttp };
  serveCommands(context);
  statusCommand(context);
  registryCommands(context);
  exportCommand(context);
  keysCommands(context);
  previewCommands(context);
  return cli.run(args);
}

function packageVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}
