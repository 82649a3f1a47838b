import { describe, expect, it } from 'vitest';
import { hubHttp } from '../../../../agent/channel/hub-http.ts';
import type { Http } from '../../../../shared/ports/http.ts';
import { formats } from '../../../../shared/wire/formats.ts';

const limits = { maxBytes: 1, idleMs: 1, totalMs: 1 };
const { signal } = new AbortController();

/** A hub as state: the header of its next answer, and those of the requests that came. */
function fakeHub() {
  const hub = { reads: undefined as string | undefined, came: [] as unknown[] };
  const http: Http = {
    request: ({ headers }) => {
      hub.came.push(headers);
      const answered = hub.reads === undefined ? {} : { 'sluice-reads': hub.reads };
      return Promise.resolve({ status: 200, headers: answered, body: Buffer.alloc(0) });
    },
    events: ({ headers }) => Promise.resolve(void hub.came.push(headers)),
  };
  return { hub, http: hubHttp(http) };
}

describe('HTTP to the hub', () => {
  it('says with every request and stream which bundles this agent reads, beside what was there', async () => {
    const { hub, http } = fakeHub();
    const reads = { 'sluice-reads': `revision=${formats.revision.newest}` };
    await http.request({ method: 'GET', url: 'https://hub', headers: { accept: 'x' }, signal, limits });
    await http.request({ method: 'GET', url: 'https://hub', signal, limits });
    await http.events({ url: 'https://hub', headers: { accept: 'y' }, signal, onEvent: () => undefined, idleMs: 1 });
    expect(hub.came).toEqual([{ accept: 'x', ...reads }, reads, { accept: 'y', ...reads }]);
  });

  it('knows which reports the hub reads from its last answer; 1 before any, and where it says nothing', async () => {
    const { hub, http } = fakeHub();
    const ask = async (reads: string | undefined) => {
      hub.reads = reads;
      await http.request({ method: 'GET', url: 'https://hub', signal, limits });
      return http.hubReads().report;
    };
    expect(http.hubReads()).toMatchObject({ report: 1, whole: false });
    expect(await ask('report=3')).toBe(3);
    expect(await ask('report=2, revision=9')).toBe(2);
    expect(await ask(undefined)).toBe(1);
  });

  it('knows from the last answer that the hub lacks a report', async () => {
    const { hub, http } = fakeHub();
    const ask = async (reads: string) => {
      hub.reads = reads;
      await http.request({ method: 'GET', url: 'https://hub', signal, limits });
      return http.hubReads().whole;
    };
    expect([await ask('report=2 whole'), await ask('report=2')]).toEqual([true, false]);
  });
});
