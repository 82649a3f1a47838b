import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { runCli } from '../../shared/adapters/cli.ts';
import { systemClock, systemRandom } from '../../shared/adapters/clock.ts';
import { createHttp } from '../../shared/adapters/http/client.ts';
import type { Terminal } from '../../shared/ports/terminal.ts';
import { workersFor } from '../cue/limits.ts';
import { commands } from './commands.ts';

const name = 'sluice-hub';
const description =
  'Delivers applications to many Kubernetes clusters through a signed channel that the clusters pull.';

/** Runs `sluice-hub ARGS` and resolves with its exit status; `signal` aborts on SIGINT and SIGTERM. */
export async function runHubCli(args: readonly string[], terminal: Terminal, signal: AbortSignal): Promise<number> {
  const version = packageVersion();
  const context = {
    terminal,
    signal,
    clock: systemClock,
    random: systemRandom,
    version,
    openFiles,
    workers,
    createHttp,
  };
  return runCli({ name, description, version, commands, context }, args, terminal);
}

/** As the system says it; a process of Node raises what is lent to it to what it may have at its start. */
function openFiles(): number {
  // Else it would ask for the names of all addresses.
  Object.assign(process.report, { excludeNetwork: true });
  const { userLimits } = process.report.getReport() as { userLimits?: { open_files?: { soft?: number | string } } };
  const soft = Number(userLimits?.open_files?.soft);
  return Number.isInteger(soft) ? soft : Infinity;
}

function workers(): number {
  const lent = process.constrainedMemory();
  return workersFor(availableParallelism(), lent > 0 ? Math.min(lent, totalmem()) : totalmem());
}

function packageVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}
