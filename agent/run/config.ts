import { z } from 'zod';
import type { Impersonation } from '../model/site.ts';
import { SluiceError } from '../../shared/errors.ts';
import { agentNames } from '../../shared/model/names.ts';

const accountName = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
const namespaceName = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** What a user may say on the command line of `sluice-agent`, checked: relative paths are made absolute by the caller. */
export const agentOptions = z.strictObject({
  kubeconfig: z.string().optional(),
  context: z.string().optional(),
  allowExec: z.boolean().default(false),
  namespace: z.string().regex(namespaceName, 'not the name of a namespace').default(agentNames.namespace),
  /** Namespaces that the agent may read and write; absent = all. */
  namespaces: z.string().optional(),
  /** Under whose rights the applications of a namespace are written: `NAMESPACE=SERVICEACCOUNT`, separated by commas. */
  serviceAccounts: accounts().optional(),
  /** The ServiceAccount, in the namespace of the application, for all other namespaces. */
  defaultServiceAccount: z.string().regex(accountName, 'not the name of a ServiceAccount').optional(),
  allowSystemNamespaces: z.boolean().default(false),
  allowHostAccess: z.boolean().default(false),
  /** A file with the join line, or `-` for standard input. */
  joinFile: z.string().optional(),
  /** A file with `user:password` or a token for a Git host that is not the hub. */
  channelAuthFile: z.string().optional(),
  /** PEM certificates of private authorities for the hub and the Git host. */
  caFile: z.string().optional(),
  poll: seconds(1, 86_400).default(60),
  heartbeat: seconds(5, 86_400).default(300),
  holder: z.string().optional(),
  /** Where probes are answered; absent = nowhere. */
  probeListen: z
    .string()
    .regex(/^[0-9a-zA-Z.:[\]-]*:\d{1,5}$/, 'not HOST:PORT')
    .optional(),
  /** Addresses of servers of metrics that analyses may ask, separated by commas. */
  analysisAllow: addresses().optional(),
  allowPlainHttp: z.boolean().default(false),
  /** Where a bundle is put aside that is too large for memory; absent = all of it is in memory. */
  cacheFolder: z.string().optional(),
});
export type AgentOptions = z.infer<typeof agentOptions>;

/** Reads the options of a command; throws USAGE naming the one that is wrong. */
export function readOptions(raw: Readonly<Record<string, unknown>>): AgentOptions {
  const known = Object.fromEntries(Object.keys(agentOptions.shape).map((key) => [key, raw[key]]));
  const parsed = agentOptions.safeParse(known);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const flag = String(issue?.path[0] ?? '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const hint = 'see `sluice-agent run --help`';
  throw new SluiceError('USAGE', `--${flag}: ${issue?.message ?? 'not a valid value'}`, { hint });
}

/** Host and port of `HOST:PORT`, as `probeListen` has it; an empty host is every address of the machine. */
export function hostAndPort(text: string): { readonly host: string; readonly port: number } {
  const at = text.lastIndexOf(':');
  return { host: text.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(text.slice(at + 1)) };
}

/** Under whose rights applications are written, as the options say; null when they say nothing of it. */
export function impersonationOf(options: AgentOptions): Impersonation | null {
  const { serviceAccounts, defaultServiceAccount } = options;
  if (serviceAccounts === undefined && defaultServiceAccount === undefined) return null;
  return { accounts: serviceAccounts ?? {}, fallback: defaultServiceAccount ?? null };
}

function accounts() {
  return z.string().transform((text, context): Record<string, string> => {
    const pairs = text.split(',').map((pair) => pair.trim().split('='));
    const isWrong = ([namespace = '', name = '', ...more]: string[]) =>
      !namespaceName.test(namespace) || !accountName.test(name) || more.length > 0;
    const names = new Set(pairs.map(([namespace]) => namespace));
    if (pairs.some(isWrong) || names.size < pairs.length) {
      context.addIssue('not NAMESPACE=SERVICEACCOUNT, separated by commas, each namespace once');
      return z.NEVER;
    }
    return Object.fromEntries(pairs) as Record<string, string>;
  });
}

function addresses() {
  return z.string().transform((text, context): readonly string[] => {
    const list = text.split(',').map((one) => one.trim());
    if (list.every((one) => /^https?:\/\/[^/@]/.test(one) && URL.canParse(one))) return list;
    context.addIssue('not http(s):// addresses, separated by commas');
    return z.NEVER;
  });
}

function seconds(least: number, most: number) {
  return z.coerce.number(`not a number of seconds`).min(least).max(most);
}
