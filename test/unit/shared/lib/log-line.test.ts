import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { logLines } from '../../../../shared/lib/log-line.ts';

describe('lines of a log', () => {
  it('are logged in their order, each at its level', () => {
    const lines: string[] = [];
    const note = (level: string) => (message: string) => void lines.push(`${level} ${message}`);
    const log = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') };
    logLines(log, [
      { level: 'warn', message: 'held', fields: {} },
      { level: 'info', message: 'held no more', fields: {} },
    ]);
    expect(lines).toEqual(['warn held', 'info held no more']);
  });

  it.each(['hub/run/pass-log.ts', 'hub/collect/said.ts', 'agent/report/said.ts'])(
    'of %s are in operations.md',
    (file) => {
      const read = (path: string) => readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');
      const page = read('docs/operations.md').replace(/`\.\.\. /g, '`');
      const messages = [
        ...read(file).matchAll(
          /'((?:an? (?:application|change|problem|warning|cluster|condition|bundle|revision)|held)[^']*)'/g,
        ),
      ];
      expect(messages.length).toBeGreaterThan(3);
      for (const [, message = ''] of messages) {
        expect(page, message).toContain(
          message.replace(/^an application (?=is applied|waits|is degraded|is not|is wanted|was re)/, ''),
        );
      }
    },
  );
});
