import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Ask, Session } from '../../../../agent/kube/session.ts';
import type { WireStream } from '../../../../agent/kube/transport.ts';
import { watchResource } from '../../../../agent/kube/watch.ts';
import type { KubeResource } from '../../../../agent/model/kube.ts';
import { SluiceError, isSluiceError } from '../../../../shared/errors.ts';
import { instantClock } from './clock.ts';

const pods: KubeResource = {
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  namespaced: true,
  verbs: ['list', 'watch'],
  subresources: [],
};

/** One stream of the script: its lines, or the error that refuses it; `cut` ends it with an error after its lines. */
type Scripted = readonly string[] | Error | { readonly lines: readonly string[]; readonly cut: Error };

const event = (type: string, name: string, version: number): string =>
  JSON.stringify({ type, object: { metadata: { name, resourceVersion: String(version) } } });
const bookmark = (version: number, isInitial = false): string => {
  const annotations = isInitial ? { 'k8s.io/initial-events-end': 'true' } : {};
  return JSON.stringify({ type: 'BOOKMARK', object: { metadata: { resourceVersion: String(version), annotations } } });
};
const fault = (code: number, more: object = {}): string =>
  JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code, ...more } });

interface Run {
  readonly seen: readonly string[];
  /** The place that each stream was asked to go on from: a resourceVersion, or `first`. */
  readonly places: readonly string[];
  readonly slept: readonly number[];
}

/** Plays the streams one after the other and ends the watch when they are used up. */
async function play(script: readonly Scripted[], lists: readonly unknown[] = []): Promise<Run> {
  const control = new AbortController();
  const clock = instantClock();
  const left = [...script];
  const leftLists = [...lists];
  const seen: string[] = [];
  const places: string[] = [];
  const session: Session = {
    stream: async ({ path }: Ask) => {
      await Promise.resolve();
      const query = new URL(path, 'http://x').searchParams;
      const next = left.shift();
      if (next === undefined) {
        control.abort();
        throw new SluiceError('ABORTED', 'over');
      }
      places.push(query.get('resourceVersion') ?? (query.has('sendInitialEvents') ? 'first' : '?'));
      if (next instanceof Error) throw next;
      return streamOf('lines' in next ? next.lines : next, 'cut' in next ? next.cut : undefined);
    },
    json: async () => {
      await Promise.resolve();
      return leftLists.shift();
    },
    answer: () => Promise.reject(new Error('not used')),
    counters: () => ({ requests: 0, writes: 0 }),
  };
  const limits = { maxLineBytes: 200, idleMs: 1_000, streamSeconds: 60, backoff: { first: 100, max: 1_000 } };
  const port = { session, clock, random: () => 1, limits, onStream: () => undefined };
  await watchResource(port, pods, {
    metadataOnly: true,
    signal: control.signal,
    onEvent: (each) => seen.push('object' in each ? `${each.type} ${each.object.metadata.name}` : each.type),
    onError: (error) => seen.push(`error ${isSluiceError(error) ? error.code : error.message}`),
  });
  return { seen, places, slept: clock.slept };
}

function streamOf(lines: readonly string[], cut: Error | undefined): WireStream {
  async function* chunks(): AsyncGenerator<Buffer> {
    await Promise.resolve();
    for (const line of lines) yield Buffer.from(`${line}\n`);
    if (cut !== undefined) throw cut;
  }
  return { status: 200, headers: {}, body: Readable.from(chunks()), close: () => undefined };
}

const first = [event('ADDED', 'a', 5), event('ADDED', 'b', 3), bookmark(9, true)];

describe('a watch', () => {
  it('delivers the first state, then changes, and goes on from the last place when its stream has served its time', async () => {
    const run = await play([[...first, event('MODIFIED', 'a', 10)], [event('DELETED', 'b', 11)]]);
    expect(run.seen).toEqual(['added a', 'added b', 'synced', 'modified a', 'deleted b']);
    expect(run.places).toEqual(['first', '10']);
    expect(run.slept).toEqual([]);
  });

  it('goes on from a bookmark, so that a quiet collection does not fall behind', async () => {
    const run = await play([[...first, bookmark(50)], [bookmark(60)]]);
    expect(run.places).toEqual(['first', '50']);
    expect(run.seen).toEqual(['added a', 'added b', 'synced']);
  });

  it('starts over when it was cut before the first state was complete, and says that what it told is void', async () => {
    const cut = new Error('reset');
    const run = await play([{ lines: [event('ADDED', 'a', 5)], cut }, first]);
    expect(run.seen).toEqual(['added a', 'error UNAVAILABLE', 'relist', 'added a', 'added b', 'synced']);
    expect(run.places).toEqual(['first', 'first']);
  });

  it('goes on where it was when it was cut later', async () => {
    const run = await play([{ lines: [...first, event('ADDED', 'c', 12)], cut: new Error('reset') }, [bookmark(13)]]);
    expect(run.places).toEqual(['first', '12']);
    expect(run.seen).not.toContain('relist');
  });

  it.each([
    ['410 as an event', [fault(410, { reason: 'Expired' })]],
    ['410 as an answer', new SluiceError('GONE', 'too old')],
    ['a server that went back in time', [bookmark(2)]],
    ['a version of the future', [fault(504, { details: { causes: [{ reason: 'ResourceVersionTooLarge' }] } })]],
  ] satisfies [string, Scripted][])('relists at once after %s', async (_title, scripted) => {
    const run = await play([first, scripted, [event('ADDED', 'z', 20), bookmark(21, true)]]);
    expect(run.places).toEqual(['first', '9', 'first']);
    expect(run.seen).toEqual(['added a', 'added b', 'synced', 'relist', 'added z', 'synced']);
    expect(run.slept).toEqual([]);
  });

  it('does not spin on a server that answers 410 every time', async () => {
    const gone = new SluiceError('GONE', 'too old');
    const run = await play([first, gone, gone, gone, gone]);
    expect(run.slept).toEqual([200, 400, 800]);
  });

  it('waits longer and longer for a server that is down, and not at all once it answers', async () => {
    const down = new SluiceError('UNAVAILABLE', 'down');
    const run = await play([down, down, down, down, down, first, down]);
    expect(run.slept).toEqual([100, 200, 400, 800, 1_000, 100]);
  });

  it('waits after a stream that ended at once without a word', async () => {
    const run = await play([first, [], []]);
    expect(run.slept).toEqual([100, 200]);
  });

  it('waits ever longer where each stream ends before the first state is complete, and says so', async () => {
    const begun = [event('ADDED', 'a', 5)];
    const run = await play([begun, begun, { lines: begun, cut: new Error('reset') }, [], first, []]);
    expect(run.slept).toEqual([100, 200, 400, 800, 100]);
    expect(run.seen).toEqual([
      ...['added a', 'error UNAVAILABLE', 'relist', 'added a', 'error UNAVAILABLE', 'relist', 'added a'],
      ...['error UNAVAILABLE', 'relist', 'error UNAVAILABLE', 'added a', 'added b', 'synced'],
    ]);
  });

  it('lists where there is no watch-list, and remembers that', async () => {
    const invalid = new SluiceError('OBJECT_REJECTED', 'sendInitialEvents is forbidden');
    const list = (name: string, version: number): unknown => ({
      metadata: { resourceVersion: String(version) },
      items: [{ metadata: { name, resourceVersion: '1' } }],
    });
    const gone = new SluiceError('GONE', 'too old');
    const run = await play([invalid, [event('ADDED', 'b', 8)], gone, [bookmark(30)]], [list('a', 7), list('c', 20)]);
    expect(run.seen).toEqual(['added a', 'synced', 'added b', 'relist', 'added c', 'synced']);
    expect(run.places).toEqual(['first', '7', '8', '20']);
  });

  it('refuses a line that is too long, and goes on trying', async () => {
    const run = await play([[...first, event('ADDED', 'x'.repeat(300), 10)], [bookmark(10)]]);
    expect(run.seen).toEqual(['added a', 'added b', 'synced', 'error LIMIT_EXCEEDED']);
    expect(run.places).toEqual(['first', '9']);
  });

  it('tells of a refusal and goes on trying', async () => {
    const run = await play([new SluiceError('FORBIDDEN', 'no'), first]);
    expect(run.seen).toEqual(['error FORBIDDEN', 'added a', 'added b', 'synced']);
  });
});
