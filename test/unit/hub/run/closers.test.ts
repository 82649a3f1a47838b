import { describe, expect, it } from 'vitest';
import { closingOnFailure, createClosers } from '../../../../hub/run/closers.ts';

function scene() {
  const closed: string[] = [];
  const closers = createClosers();
  const open = (name: string, fails = false) =>
    closers.add(() => {
      closed.push(name);
      if (fails) throw new Error(`${name} fails to close`);
    });
  return { closed, closers, open };
}

describe('what was opened', () => {
  it('is closed the last first, once', async () => {
    const { closed, closers, open } = scene();
    for (const name of ['stores', 'source', 'server']) open(name);
    await closers.closeAll();
    await closers.closeAll();
    expect(closed).toEqual(['server', 'source', 'stores']);
  });

  it('is closed to the end when some of it fails, and the failure is told', async () => {
    const { closed, closers, open } = scene();
    for (const name of ['stores', 'source', 'server']) open(name, name !== 'stores');
    await expect(closers.closeAll()).rejects.toThrow('server fails to close');
    expect(closed).toEqual(['server', 'source', 'stores']);
  });

  it('by a start that fails is closed, and the error of the start is told', async () => {
    const { closed, closers, open } = scene();
    const started = closingOnFailure(closers, () => {
      open('stores', true);
      return Promise.reject(new Error('the port is taken'));
    });
    await expect(started).rejects.toThrow('the port is taken');
    expect(closed).toEqual(['stores']);
  });

  it('by a start that works stays open', async () => {
    const { closed, closers, open } = scene();
    await closingOnFailure(closers, () => {
      open('stores');
      return Promise.resolve();
    });
    expect(closed).toEqual([]);
  });
});
