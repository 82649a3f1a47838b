import { describe, expect, it } from 'vitest';
import { eventReader } from '../../../../../shared/adapters/http/events.ts';

const eventsOf = (...chunks: readonly Uint8Array[]): string[] => {
  const events: string[] = [];
  const read = eventReader((data) => events.push(data));
  for (const chunk of chunks) read(chunk);
  return events;
};

describe('a stream of events', () => {
  it.each([
    ['one event', 'data: poll\n\n', ['poll']],
    ['lines of one event', 'data: a\ndata: b\n\n', ['a\nb']],
    ['data without a space', 'data:a\n\n', ['a']],
    ['line breaks of Windows', 'data: a\r\n\r\n', ['a']],
    ['comments and other fields', ': hello\nevent: x\nid: 1\ndata: a\n\n', ['a']],
    ['an event without data', 'event: x\n\n', []],
    ['an event that has not ended', 'data: a\n', []],
  ])('reads %s', (_, text, expected) => {
    expect(eventsOf(Buffer.from(text))).toEqual(expected);
  });

  it('reads events wherever the chunks are cut', () => {
    const bytes = Buffer.from('data: é1\n\ndata: 2\n\n');
    for (let cut = 1; cut < bytes.length; cut += 1) {
      expect(eventsOf(bytes.subarray(0, cut), bytes.subarray(cut))).toEqual(['é1', '2']);
    }
  });

  it.each([
    ['a line without end', 'data: '.padEnd(70_000, 'x')],
    ['an event without end', 'data: x\n'.repeat(1_001)],
  ])('refuses %s', (_, text) => {
    expect(() => eventsOf(Buffer.from(text))).toThrow('an event is too large');
  });
});
