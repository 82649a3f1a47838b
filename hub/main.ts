#!/usr/bin/env node
import { terminalOf } from '../shared/adapters/cli.ts';
import { runHubCli } from './cli/program.ts';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => stop.abort());
}
process.exitCode = await runHubCli(process.argv.slice(2), terminalOf(process), stop.signal);
