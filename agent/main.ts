#!/usr/bin/env node
import { text } from 'node:stream/consumers';
import { terminalOf } from '../shared/adapters/cli.ts';
import { SluiceError } from '../shared/errors.ts';
import { runAgentCli } from './cli/program.ts';

process.exitCode = await runAgentCli(process.argv.slice(2), {
  terminal: terminalOf(process),
  stopSignal,
  readInput: () => text(process.stdin),
  logsToTerminal: process.stderr.isTTY,
});

function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => stop.abort(new SluiceError('ABORTED', `stopped by ${signal}`)));
  }
  return stop.signal;
}
