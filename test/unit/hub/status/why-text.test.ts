import { describe, expect, it } from 'vitest';
import { whyLinks, type WhyAnswer } from '../../../../hub/api/why.ts';
import { whyText } from '../../../../hub/status/why-text.ts';
import { now } from '../../../fixtures/hub/status.ts';

const style = { columns: 80, now, where: '--data /d' };
const since = new Date(now - 120_000).toISOString();
const stop = {
  link: 'wave',
  reason: 'all/fleet waits for an approval',
  since,
  mend: 'sluice-hub rollout approve web#2',
} as const;
const answer: WhyAnswer = {
  application: 'default/web',
  well: ['a', 'b'],
  stops: [{ ...stop, clusters: ['c', 'd'] }],
  chains: [],
};

describe('why as text', () => {
  it('has a line for each reason, with a command that reaches the hub that was asked', () => {
    expect(whyText(answer, { ...style, columns: 200 })).toBe(
      [
        'web: 2 of 4 clusters have all of it, and it is well there',
        'wave: 2 clusters (c, d), since 2m: all/fleet waits for an approval',
        '  to go on: sluice-hub rollout approve web#2 --data /d',
        '',
      ].join('\n'),
    );
  });

  it('says of what is nowhere that it stops everywhere', () => {
    const nowhere = { ...answer, well: [], stops: [{ ...stop, clusters: [] }] };
    expect(whyText(nowhere, style)).toContain('wave: everywhere, since 2m');
  });

  it('goes link by link for one cluster, within the columns', () => {
    const at = whyLinks.indexOf('wave');
    const links = whyLinks.map((link, index) => ({
      link,
      holds: index < at ? true : index === at ? false : null,
      detail: index === at ? `${stop.reason} `.repeat(4).trim() : '',
    }));
    const text = whyText({ ...answer, chains: [{ application: 'default/web', cluster: 'c', links, stop }] }, style);
    const lines = text.split('\n');
    expect(lines[0]).toBe('web on c: it stops at wave, since 2m');
    expect(lines.filter((line) => line.endsWith(' ok'))).toHaveLength(at);
    expect(text).toContain('  wave      NO all/fleet waits for an approval');
    expect(text).toMatch(/^ {2}healthy +-$/m);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});
