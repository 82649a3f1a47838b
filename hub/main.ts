#!/usr/bin/env node
import { constants } from 'node:os';
import { terminalOf } from '../shared/adapters/cli.ts';
import { runHubCli } from './cli/program.ts';

/** How long a hub that was told to stop may finish what it does, in milliseconds: less than Kubernetes waits before it kills. */
const stopMs = 20_000;

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  const end = () => process.exit(128 + constants.signals[signal]);
  process.on(signal, () => {
    if (stop.signal.aborted) end();
    stop.abort();
    // What is cut here is what a crash would cut: the next start goes on from it.
    setTimeout(end, stopMs).unref();
  });
}
const status = await runHubCli(process.argv.slice(2), terminalOf(process), stop.signal);
process.exitCode = status;
// A handle that something forgot keeps no process alive that has nothing more to do; its last words go out first.
await Promise.all([process.stdout, process.stderr].map((stream) => new Promise((done) => stream.write('', done))));
process.exit(status);
