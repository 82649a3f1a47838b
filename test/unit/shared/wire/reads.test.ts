import { describe, expect, it } from 'vitest';
import { formats } from '../../../../shared/wire/formats.ts';
import { agentReads, hubReads, hubReadsAndWants, parseReads } from '../../../../shared/wire/reads.ts';

describe('the header Sluice-Reads', () => {
  it.each([
    ['absent', undefined, 1, 1],
    ['empty', '', 1, 1],
    ['of an agent', 'revision=2', 2, 1],
    ['of a hub', 'report=3', 1, 3],
    ['with both words', 'revision=2, report=3', 2, 3],
    ['with spaces alone', 'revision=2 report=3', 2, 3],
    ['without a space', 'report=3,revision=2', 2, 3],
    ['with words of the future', 'colour=9, revision=2, later, =, report=', 2, 1],
    ['that comes twice, as one text', 'revision=4, revision=2', 2, 1],
    ['that comes twice, as a list', ['revision=4', 'revision=2'], 2, 1],
    ['with a number of six digits', 'revision=999999', 999_999, 1],
    ['with a longer number', 'revision=1000000', 1, 1],
    ['with zero', 'revision=0', 1, 1],
    ['with a negative number', 'revision=-2', 1, 1],
    ['with a fraction', 'revision=1.5', 1, 1],
    ['with a leading zero', 'revision=02', 1, 1],
    ['with an exponent', 'revision=1e3', 1, 1],
    ['with hex digits', 'revision=0x2', 1, 1],
    ['with a space in an item', 'revision = 2', 1, 1],
    ['with another case', 'Revision=2', 1, 1],
    ['with a quoted number', 'revision="2"', 1, 1],
    ['with a name that every object has', '__proto__=2, constructor=3', 1, 1],
    ['of 256 characters', `${' '.repeat(246)}revision=2`, 2, 1],
    ['that is longer', `${' '.repeat(247)}revision=2`, 1, 1],
    ['with bytes that are no text', '\u0000\u00ff revision=2', 2, 1],
  ])('%s', (_, header, revision, report) => {
    expect(parseReads(header)).toEqual({ revision, report, whole: false });
  });

  it('says that the hub lacks a report, beside what it reads', () => {
    expect(parseReads(hubReadsAndWants)).toEqual({ ...parseReads(hubReads), whole: true });
    expect(parseReads('wholesale report=2').whole).toBe(false);
  });

  it('says the newest formats that this program reads', () => {
    expect(parseReads(agentReads)).toMatchObject({ revision: formats.revision.newest, report: 1 });
    expect(parseReads(hubReads)).toMatchObject({ revision: 1, report: formats.report.newest });
  });

  it('is short, because every poll carries it', () => {
    expect(agentReads.length).toBeLessThanOrEqual(16);
    expect(hubReads.length).toBeLessThanOrEqual(16);
  });
});
