import type { Reporter, Steps } from '../model/reporter.ts';

const label = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
const subdomain = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const labelValue = /^(?:[A-Za-z0-9](?:[-_.A-Za-z0-9]*[A-Za-z0-9])?)?$/;
const rules = {
  label: { pattern: label, longest: 63, words: 'lower case letters, digits and dashes' },
  subdomain: { pattern: subdomain, longest: 253, words: 'lower case letters, digits, dashes and dots' },
} as const;

/** Reports a name that is not an RFC 1123 label or subdomain (NAME_INVALID), or too long for one (NAME_TOO_LONG). */
export function checkName(kind: keyof typeof rules, name: string, path: Steps, reporter: Reporter): void {
  const { pattern, longest, words } = rules[kind];
  if (!pattern.test(name)) {
    reporter.error('NAME_INVALID', path, `the name "${name}" is not allowed`, `use ${words}`);
  } else if (name.length > longest) {
    reporter.error(
      'NAME_TOO_LONG',
      path,
      `the name has ${name.length} characters, ${longest} are allowed`,
      'shorten it',
    );
  }
}

/** Reports a name that Sluice derives and that passes 63 characters: names are never cut. */
export function checkDerived(what: string, name: string, path: Steps, reporter: Reporter): void {
  if (name.length <= 63) return;
  const message = `the name of ${what} would be ${name}: ${name.length} characters, 63 are allowed`;
  reporter.error('NAME_TOO_LONG', path, message, 'shorten the application or the component');
}

/** Reports labels that Kubernetes would refuse. */
export function checkLabels(
  labels: Readonly<Record<string, string>> | undefined,
  path: Steps,
  reporter: Reporter,
): void {
  for (const [key, value] of Object.entries(labels ?? {})) {
    const [name = '', prefix] = key.split('/').reverse();
    const isKey =
      name !== '' && name.length <= 63 && labelValue.test(name) && (prefix === undefined || subdomain.test(prefix));
    if (!isKey)
      reporter.error(
        'NAME_INVALID',
        [...path, key],
        `"${key}" is not a label key`,
        'use the form prefix/name, or name',
      );
    if (labelValue.test(value) && value.length <= 63) continue;
    reporter.error(
      'NAME_INVALID',
      [...path, key],
      `"${value}" is not a label value`,
      'use at most 63 letters, digits, dashes, dots and underscores',
    );
  }
}

/** True for a host name, with `*.` in front or not. */
export function isHost(host: string): boolean {
  return host.length <= 253 && subdomain.test(host.replace(/^\*\./, ''));
}
