import type { Mutant } from './mutants.ts';

const protocol = 'test/property/system/reports.test.ts';
const reporter = 'test/unit/agent/report/reporter.test.ts';

/** Bugs of how reports go from agent to hub. */
export const reportMutants: readonly Mutant[] = [
  {
    bug: 'a change of a report counts whatever report the hub has',
    file: 'hub/collect/fold.ts',
    find: 'if (last === undefined || base !== sequence)',
    replace: "if (last === undefined || (base !== sequence && message.kind === 'heartbeat'))",
    tests: [protocol],
  },
  {
    bug: 'a heartbeat makes an old report look new',
    file: 'hub/collect/fold.ts',
    find: 'if (last === undefined || base !== sequence)',
    replace: "if (last === undefined || (base !== sequence && message.kind === 'change'))",
    tests: [protocol],
  },
  {
    bug: 'two reports of one number are taken for the same',
    file: 'hub/collect/fold.ts',
    find: "if (own === sequence && signature !== null && signature !== last?.signature) return 'lacking';",
    replace: '',
    tests: ['test/unit/hub/collect/fold.test.ts', protocol],
  },
  {
    bug: 'an application that is gone stays in what the hub knows',
    file: 'shared/wire/report-change.ts',
    find: 'return removed.has(key) ? [] : [app];',
    replace: 'return [app];',
    tests: [protocol],
  },
  {
    bug: 'many changes make a report without a bound',
    file: 'hub/collect/fold.ts',
    find: "return bytes > reportLimitOf(report.format) ? 'lacking' : report;",
    replace: "return bytes < 0 ? 'lacking' : report;",
    tests: ['test/unit/hub/collect/fold.test.ts'],
  },
  {
    bug: 'a report that the hub lacks the base of is never sent whole',
    file: 'agent/report/exchange.ts',
    find: 'const isLacking = isBehind || answer.wantWhole === true;',
    replace: 'const isLacking = isBehind;',
    tests: [protocol],
  },
  {
    bug: 'a change builds on a report that the hub may not have',
    file: 'agent/report/exchange.ts',
    find: 'if (sent !== null) told = null;',
    replace: '',
    tests: [reporter],
  },
  {
    bug: 'a report that was cut is taken for what the hub has',
    file: 'agent/report/next.ts',
    find: 'const isBase = report === next && next.format !== 1;',
    replace: 'const isBase = next.format !== 1;',
    tests: ['test/unit/agent/report/next.test.ts'],
  },
  {
    bug: 'a report is acknowledged before it is on disk',
    file: 'hub/operations/report.ts',
    find: 'await saved.catch((error: unknown) => Promise.reject(notSaved(error)));',
    replace: 'void saved.catch(() => undefined);',
    tests: ['test/unit/hub/operations/report.test.ts'],
  },
  {
    bug: 'a report that could not be written is acknowledged when it comes again',
    file: 'hub/collect/saving.ts',
    find: 'if (newest.get(registration) === entry) newest.delete(registration);',
    replace: '',
    tests: ['test/unit/hub/collect/saving.test.ts'],
  },
  {
    bug: 'a stranger makes the hub parse a megabyte',
    file: 'hub/collect/authenticate.ts',
    find: '!isSignature(head.type, head.payload, head.signature, key)) {',
    replace: 'head.read().kind.length === 0 || !isSignature(head.type, head.payload, head.signature, key)) {',
    tests: ['test/unit/hub/collect/authenticate.test.ts'],
  },
  {
    bug: 'an agent never hears that the hub lost its report',
    file: 'hub/server/routes/register.ts',
    find: 'lacks ? hubReadsAndWants : hubReads',
    replace: 'lacks ? hubReads : hubReads',
    tests: ['test/unit/hub/server'],
  },
  {
    bug: 'a report of a group is acknowledged before the group is on disk',
    file: 'hub/store/reports/store.ts',
    find: 'await writeGroup(saved).then(',
    replace: 'void writeGroup(saved).catch(() => undefined); await Promise.resolve().then(',
    tests: ['test/unit/hub/store/reports', 'test/faults/scenarios/reports-killed.test.ts'],
  },
  {
    bug: 'reports go to a file that was deleted',
    file: 'hub/store/reports/database.ts',
    find: 'if (opened === null || inodeOf(path) !== opened.inode) return beginAnew();',
    replace: 'if (opened === null) return beginAnew();',
    tests: ['test/unit/hub/store/reports/database.test.ts'],
  },
  {
    bug: 'a database that is begun anew has the newest reports alone',
    file: 'hub/store/reports/store.ts',
    find: 'new Map([...stored, ...newest])',
    replace: 'newest',
    tests: ['test/unit/hub/store/reports/store.test.ts'],
  },
  {
    bug: 'an application that is gone comes back with the next start of the hub',
    file: 'hub/store/reports/rows.ts',
    find: 'gone: left.filter((key) => !keys.has(key)),',
    replace: 'gone: [],',
    tests: ['test/unit/hub/store/reports'],
  },
  {
    bug: 'a byte that the disk changed counts',
    file: 'hub/store/reports/rows.ts',
    find: 'if (stored.slice(0, digits) === sumOf(text)) return text;',
    replace: 'if (stored.length >= 0) return text;',
    tests: ['test/unit/hub/store/reports/rows.test.ts'],
  },
  {
    bug: 'a full disk costs the reports that are on it',
    file: 'hub/store/reports/database.ts',
    find: 'const damaged: ReadonlySet<number> = new Set([1, 11, 26]);',
    replace: 'const damaged: ReadonlySet<number> = new Set([1, 11, 13, 26]);',
    tests: ['test/unit/hub/store/reports/database.test.ts'],
  },
];
