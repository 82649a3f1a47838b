import { afterEach, describe, expect, it } from 'vitest';
import { startThread, type End, type Thread } from '../../../../hub/model/thread.ts';
import { systemClock } from '../../../../shared/adapters/clock.ts';

// A source is what it does: `wait` for a while without the CPU, `spin` for ever, `work` for some CPU time.
const worker = `
  import { parentPort } from 'node:worker_threads';
  const wait = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  const used = () => Object.values(process.threadCpuUsage()).reduce((sum, micros) => sum + micros / 1000, 0);
  const work = (ms) => {
    for (const from = used(); used() - from < ms; ) for (let n = 0; n < 1e5; n += 1);
  };
  const does = { wait: () => wait(400), spin: () => { for (;;); }, work: () => work(80), sleep: () => wait(Infinity) };
  parentPort.on('message', (sources) => sources.forEach((source) => {
    does[source]();
    parentPort.postMessage({ answer: source, heapBytes: 0, cpu: process.threadCpuUsage() });
  }));
  parentPort.postMessage('ready');`;
const { signal } = new AbortController();

describe('a thread that has some CPU time for each source', () => {
  let thread: Thread<string, string>;
  const answersOf = async (sourceMs: number, ...sources: readonly string[]) => {
    const url = new URL(`data:text/javascript,${encodeURIComponent(worker)}`);
    thread = startThread(systemClock, { name: 'the worker', url, sourceMs, threadMib: 64 });
    const answers: string[] = [];
    const end: End = await thread.evaluate(sources, (answer) => answers.push(answer), signal);
    return { end, answers };
  };
  afterEach(() => thread.stop());

  it('answers a source that waits for longer than that', async () => {
    expect(await answersOf(100, 'wait')).toEqual({ end: 'done', answers: ['wait'] });
  });

  it('counts for each source its own time', async () => {
    const sources = Array.from({ length: 8 }, () => 'work');
    expect(await answersOf(500, ...sources)).toEqual({ end: 'done', answers: sources });
  });

  it('is stopped at a source that never ends', async () => {
    expect(await answersOf(500, 'work', 'spin')).toEqual({ end: 'timeout', answers: ['work'] });
  });

  it('is stopped at a source that waits without an end', async () => {
    expect(await answersOf(300, 'work', 'sleep')).toEqual({ end: 'timeout', answers: ['work'] });
  });
});
