import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createStreams } from '../../../../hub/server/streams.ts';
import { nextTurn } from '../../../../shared/lib/slices.ts';
import { manualClock } from '../../../fakes/agent.ts';

/** A response that keeps what was written to it; a slow reader leaves it in the buffer. */
class Reader extends EventEmitter {
  readonly events: string[] = [];
  writableLength = 0;
  writableEnded = false;
  isOpen = true;
  writeHead(): void {
    this.events.push('open');
  }
  write(text: string): void {
    this.events.push(text.trim());
  }
  end(): void {
    this.writableEnded = true;
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

  it('get it a few at a time: a fleet does not keep the loop', async () => {
    const { clock, open } = scene();
    const readers = Array.from({ length: 1_000 }, (_, i) => open(`r${i}`));
    const beaten = () => readers.filter(({ events }) => events.at(-1) === ':').length;
    clock.move(15_000);
    const counts = [beaten()];
    for (let turn = 0; turn < 20 && beaten() < 1_000; turn += 1) {
      await nextTurn();
      counts.push(beaten());
    }
    expect(counts.at(-1)).toBe(1_000);
    expect(Math.max(...counts.map((count, i) => count - (counts[i - 1] ?? 0)))).toBeLessThanOrEqual(250);
  });

  it('get none once they were ended, although their connections are not closed yet', async () => {
    const { clock, streams, open } = scene();
    const readers = Array.from({ length: 600 }, (_, i) => open(`r${i}`));
    const last = readers.at(-1)!;
    last.end = () => {
      last.writableEnded = true;
    };
    clock.move(15_000);
    streams.close('r599');
    for (let turn = 0; turn < 5; turn += 1) await nextTurn();
    streams.poll(['r599']);
    expect([readers[598]!.events.at(-1), last.events]).toEqual([':', ['open', 'data: poll']]);
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
