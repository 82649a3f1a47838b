import { SluiceError } from '../../errors.ts';

const maxLine = 64 * 1024;

/** A reader of text/event-stream chunks that calls `onEvent` with the data of each event; comments and other fields are skipped. */
export function eventReader(onEvent: (data: string) => void): (chunk: Uint8Array) => void {
  const decoder = new TextDecoder();
  let rest = '';
  let data: string[] = [];
  const line = (text: string) => {
    if (text === '') {
      if (data.length > 0) onEvent(data.join('\n'));
      data = [];
    } else if (text.startsWith('data:')) {
      data.push(text.slice(text.startsWith('data: ') ? 6 : 5));
    }
  };
  return (chunk) => {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r?\n/);
    rest = lines.pop() ?? '';
    lines.forEach(line);
    if (rest.length > maxLine || data.length > 1_000) throw new SluiceError('LIMIT_EXCEEDED', 'an event is too large');
  };
}
