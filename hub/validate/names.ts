import { hasForm, labelFaults, nameForms } from '../model/name-forms.ts';
import type { Reporter, Steps } from '../model/reporter.ts';

/** Reports a name that is not an RFC 1123 label or subdomain (NAME_INVALID), or too long for one (NAME_TOO_LONG). */
export function checkName(kind: keyof typeof nameForms, name: string, path: Steps, reporter: Reporter): void {
  const { pattern, longest, words } = nameForms[kind];
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
    for (const { message, hint } of labelFaults(key, value)) {
      reporter.error('NAME_INVALID', [...path, key], message, hint);
    }
  }
}

/** True for a host name, with `*.` in front or not. */
export function isHost(host: string): boolean {
  return host.length <= 253 && hasForm('subdomain', host.replace(/^\*\./, ''));
}
