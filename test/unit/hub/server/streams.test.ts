import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createStreams } from '../../../../hub/server/streams.ts';
import { manualClock } from '../../../fakes/agent.ts';

/** A response that keeps what was written to it; a slow reader leaves it in the buffer. */
class Reader extends EventEmitter {
  readonly events: string[] = [];
  writableLength = 0;
  isOpen = true;
  writeHead(): void {
    this.events.push('open');
  }
  write(text: string): void {
    this.events.push(text.trim());
  }
  end(): void {
    this.isOpen = false;
    this.emit('close');
  }
  destroy(): void {
    this.end();
  }
}

function scene() {
  const clock = manualClock();
  const counts: number[] = [];
  const streams = createStreams(clock, (count) => counts.push(count));
  const open = (registration: string): Reader => {
    const reader = new Reader();
    streams.open(registration, reader as unknown as ServerResponse);
    return reader;
  };
  return { clock, counts, streams, open };
}

describe('event streams', () => {
  it('say poll at their start and whenever they are told to', () => {
    const { streams, open } = scene();
    const [one, other] = [open('one'), open('other')];
    streams.poll(['one', 'gone']);
    expect(one.events).toEqual(['open', 'data: poll', 'data: poll']);
    expect(other.events).toEqual(['open', 'data: poll']);
  });

  it('get a comment every 15 seconds, and none once all are closed', () => {
    const { clock, open } = scene();
    const reader = open('one');
    clock.move(15_000);
    clock.move(15_000);
    expect(reader.events.slice(2)).toEqual([':', ':']);
    reader.end();
    clock.move(15_000);
    clock.move(15_000);
    expect(reader.events.slice(2)).toEqual([':', ':']);
  });

  it('are at most four for one registration: the oldest ends', () => {
    const { counts, open } = scene();
    const readers = [1, 2, 3, 4, 5].map(() => open('one'));
    expect(readers.map(({ isOpen }) => isOpen)).toEqual([false, true, true, true, true]);
    expect(counts.at(-1)).toBe(4);
  });

  it('end by registration, and all at once', () => {
    const { streams, open } = scene();
    const [one, other] = [open('one'), open('other')];
    streams.close('one');
    expect([one.isOpen, other.isOpen, streams.count()]).toEqual([false, true, 1]);
    streams.closeAll();
    expect([other.isOpen, streams.count()]).toEqual([false, 0]);
  });

  it('cut a client off that does not read', () => {
    const { streams, open } = scene();
    const reader = open('one');
    reader.writableLength = 64 * 1024 + 1;
    streams.poll(['one']);
    expect([reader.isOpen, reader.events]).toEqual([false, ['open', 'data: poll']]);
  });
});
