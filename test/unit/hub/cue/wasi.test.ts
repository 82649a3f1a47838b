import { describe, expect, it } from 'vitest';
import { refusedCall, systemCalls } from '../../../../hub/cue/wasi.ts';

type Call = (...numbers: (number | bigint)[]) => number;

describe('the system that the evaluator sees', () => {
  const memory = new ArrayBuffer(256);
  const view = new DataView(memory);
  const calls = systemCalls({ memory: () => memory, clock: () => 42n, random: (bytes) => bytes.fill(7) });
  const call = (name: string, ...numbers: (number | bigint)[]): number => (calls[name] as unknown as Call)(...numbers);

  it('has a clock and random numbers', () => {
    expect([call('clock_time_get', 0, 0n, 8), view.getBigUint64(8, true)]).toEqual([0, 42n]);
    expect([call('random_get', 16, 2), view.getUint8(15), view.getUint8(17), view.getUint8(18)]).toEqual([0, 0, 7, 0]);
  });

  it.each(['args_sizes_get', 'environ_sizes_get'])('has no arguments and no environment: %s', (name) => {
    view.setUint32(32, 9, true);
    view.setUint32(36, 9, true);
    expect([call(name, 32, 36), view.getUint32(32, true), view.getUint32(36, true)]).toEqual([0, 0, 0]);
  });

  it('has no file that is open, and answers everything else with a refusal', () => {
    expect([call('fd_prestat_get', 3, 0), refusedCall()]).toEqual([8, 52]);
    expect(Object.keys(calls).filter((name) => /^(path|sock|fd_read|fd_pread)/.test(name))).toEqual([]);
  });

  it('takes what is written and shows it to no one', () => {
    view.setUint32(68, 5, true);
    view.setUint32(76, 6, true);
    expect([call('fd_write', 2, 64, 2, 96), view.getUint32(96, true)]).toEqual([0, 11]);
  });

  it('does not wait: what is waited for has happened', () => {
    view.setBigUint64(128, 77n, true);
    expect(call('poll_oneoff', 128, 192, 1, 224)).toBe(0);
    expect([view.getBigUint64(192, true), view.getUint32(224, true)]).toEqual([77n, 1]);
  });

  it('ends by an error', () => {
    expect(() => call('proc_exit', 2)).toThrow('the evaluator ended with status 2');
  });
});
