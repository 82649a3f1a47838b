import { describe, expect, it } from 'vitest';
import { createLog } from '../../../../shared/adapters/log.ts';
import { SluiceError } from '../../../../shared/errors.ts';

function capture(format: 'json' | 'text') {
  const lines: string[] = [];
  return { lines, log: createLog({ level: 'info', format, write: (line) => lines.push(line) }) };
}

describe('createLog', () => {
  it('writes a constant message with its facts as JSON', () => {
    const { lines, log } = capture('json');
    log.info('published', { cluster: 'a', generation: 7 });
    log.debug('not shown');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0]!)).toMatchObject({ level: 'info', msg: 'published', cluster: 'a', generation: 7 });
  });

  it('never shows what is named as a secret, also one level down', () => {
    const { lines, log } = capture('json');
    log.warn('request refused', { token: 'hunter2', headers: { authorization: 'Basic hunter2' } });
    expect(lines.join('')).not.toContain('hunter2');
    expect(lines.join('')).toContain('[secret]');
  });

  it('keeps code, message and cause of an error, and no stack', () => {
    const { lines, log } = capture('json');
    log.error('pass failed', { error: new SluiceError('UNAVAILABLE', 'no answer', {}, new Error('reset')) });
    expect(JSON.parse(lines[0]!)).toMatchObject({
      error: { code: 'UNAVAILABLE', message: 'no answer', cause: { message: 'reset' } },
    });
    expect(lines[0]).not.toContain('at ');
  });

  it('writes a short line for people', () => {
    const { lines, log } = capture('text');
    log.info('listening', { url: 'http://127.0.0.1:1', note: 'two words' });
    expect(lines[0]).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} info {2}listening url=http:\/\/127\.0\.0\.1:1 note="two words"\n$/,
    );
  });

  it('says how many lines had no room, where the next one has', () => {
    const lines: string[] = [];
    let hasRoom = true;
    const write = (line: string) => (hasRoom ? lines.push(line) : false);
    const log = createLog({ level: 'info', format: 'json', write });
    const said = () => lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
    log.info('a');
    hasRoom = false;
    for (const message of ['b', 'c', 'd']) log.info(message);
    hasRoom = true;
    log.info('e');
    log.info('f');
    expect(said()).toEqual(['a', 'lines of the log were left out here: what reads it is too slow', 'e', 'f']);
    expect(JSON.parse(lines[1]!)).toMatchObject({ count: 3, level: 'warn' });
  });
});
